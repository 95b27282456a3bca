"""The office's own weights of the need score, out of a YAML file (``LAMRO_NEED_WEIGHTS``)."""

from __future__ import annotations

from pathlib import Path

from core.errors import Invalid, Misconfigured
from core.rules.need import NeedWeights, weights

#: twenty lines; anything large is another file
MAX_BYTES = 100_000


def load_weights(file: str) -> NeedWeights:
    """The weights of a file, the shipped ones for what it leaves out; without a file the shipped ones.

    Raises :class:`Misconfigured` saying which file and which value is wrong.
    """
    if not file:
        return NeedWeights()
    import yaml

    from core.text.yaml_text import read_yaml

    try:
        data = Path(file).read_bytes()
        if len(data) > MAX_BYTES:
            raise ValueError("the file is larger than 100 kB")
        return weights(read_yaml(data.decode("utf-8")) or {})
    except Invalid as error:
        raise Misconfigured(
            f"LAMRO_NEED_WEIGHTS={file}: {error.vi} Sửa tệp rồi chạy lại; bỏ biến này thì dùng trọng số đi kèm.",
            f"LAMRO_NEED_WEIGHTS={file}: {error.en}",
        ) from error
    except (OSError, UnicodeDecodeError, ValueError, yaml.YAMLError) as error:
        raise Misconfigured(
            f"LAMRO_NEED_WEIGHTS={file}: không đọc được tệp này ({' '.join(str(error).split())[:200]})."
            " Cần tệp YAML như lamro need show --yaml in ra.",
            f"LAMRO_NEED_WEIGHTS={file}: the file cannot be read as YAML.",
        ) from error
