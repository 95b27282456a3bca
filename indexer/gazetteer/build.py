"""Makes ``data/units.tsv.gz`` from the public package vietnamadminunits 1.0.4 (MIT, PyPI). Run by hand, never at run time.

    python -m venv /tmp/v && /tmp/v/bin/pip install --no-deps vietnamadminunits==1.0.4
    python -m indexer.gazetteer.build /tmp/v/lib/python3.*/site-packages/vietnamadminunits/data

Taken from it: names, types, codes and old → new links; its coordinates and spelling keys are left out. Added here, as facts with
their source: corrections of four types (checked against thanglequoc/vietnamese-provinces-database, MIT), the code of Ba Chẽ, and
the changes of 30 April 2026 (Resolution 30/2026/QH16 and Resolution 237/NQ-UBTVQH16). Every row wears its dates of validity.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sqlite3
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from core.text.normalise import clean, tone_key

REFORM = "2025-07-01"
BEFORE_REFORM = "2025-06-30"
DONG_NAI = "2026-04-30"
BEFORE_DONG_NAI = "2026-04-29"

#: Communes of Đồng Nai that became wards on 30 April 2026 (Resolution 237/NQ-UBTVQH16).
NEW_WARDS_2026 = ("25270", "25357", "25363", "26116", "26170", "26248", "26326", "26368", "26425", "26485")
#: Types that the package has the wrong way round; right by name and by the statistics office's list.
TYPE_CORRECTIONS = {"10543": "phường", "11848": "xã", "31213": "phường", "31299": "xã"}
#: Codes that the statistics office has changed since.
CODE_CORRECTIONS = {"06970": "06978"}

HEADER = ("id", "level", "type", "name", "parent", "valid_from", "valid_to", "successors")


@dataclass
class Row:
    """A line of the table; ``successors`` are ids, with ``/part`` behind those that took over only a part."""

    id: str
    level: str
    type: str
    name: str
    parent: str
    valid_from: str = ""
    valid_to: str = ""
    successors: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The row as it stands in the file."""
        return "\t".join(
            (
                self.id,
                self.level,
                self.type,
                self.name,
                self.parent,
                self.valid_from,
                self.valid_to,
                " ".join(self.successors),
            )
        )


def _spelled(name: str) -> str:
    return tone_key(clean(name).replace("’", "'")).strip()


def _split(full: str) -> tuple[str, str]:
    """("xã", "Chí Minh") of "Xã Chí Minh"."""
    full = _spelled(full)
    for kind in ("Thành phố", "Thị xã", "Thị trấn", "Đặc khu", "Tỉnh", "Quận", "Huyện", "Phường", "Xã"):
        if full.lower().startswith(kind.lower() + " "):
            return kind.lower(), full[len(kind) + 1 :]
    return "", full


def rows(folder: Path) -> list[Row]:
    """Every unit: current first, then those that are no more. Raises OSError or sqlite3.Error when the package is not there."""
    db = sqlite3.connect(f"file:{folder / 'dataset.db'}?mode=ro", uri=True)
    links = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    out: dict[str, Row] = {}
    new_ward: dict[tuple[str, str], str] = {}
    new_province: dict[str, str] = {}
    for province, ward, province_code, code, province_key, key in db.execute(
        "select province, ward, provinceCode, wardCode, provinceKey, wardKey from admin_units order by wardCode"
    ):
        kind, name = _split(province)
        out.setdefault(province_code, Row(province_code, "p", kind, name, "", REFORM))
        new_province[province_key] = province_code
        code = CODE_CORRECTIONS.get(code, code)
        kind, name = _split(ward)
        name = name[0].upper() + name[1:]
        out[code] = Row(code, "c", TYPE_CORRECTIONS.get(code, kind), name, province_code, REFORM)
        new_ward[province_key, key] = code
    successors: dict[str, list[str]] = defaultdict(list)
    for province_key, wards in links["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for key, olds in wards.items():
            for old in olds:
                successors[old].append(new_ward[province_key, key])
    for province_key, divided in links["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divided.items():
            for part in sorted(parts, key=lambda p: not p["isDefaultNewWard"]):
                successors[old].append(new_ward[province_key, part["newWardKey"]] + "/part")
    province_successor = {
        old: new_province[new]
        for new, olds in links["DICT_PROVINCE"].items()
        for old in olds
        if new in new_province
    }
    past: dict[str, Row] = {}
    for (
        province,
        district,
        ward,
        province_code,
        district_code,
        code,
        province_key,
        district_key,
        key,
    ) in db.execute(
        "select province, district, ward, provinceCode, districtCode, wardCode, provinceKey, districtKey, wardKey"
        " from admin_units_legacy order by wardCode"
    ):
        p_id, d_id = f"{province_code}@2025", f"{district_code}@2025"
        kind, name = _split(province)
        past.setdefault(
            p_id, Row(p_id, "p", kind, name, "", "", BEFORE_REFORM, [province_successor[province_key]])
        )
        kind, name = _split(district)
        past.setdefault(d_id, Row(d_id, "d", kind, name, p_id, "", BEFORE_REFORM))
        if not code or not ward:  # island districts without communes became special zones as a whole
            for spelling in (f"{province_key}_{district_key}", f"{province_key}_{district_key}_"):
                past[d_id].successors.extend(successors.get(spelling, []))
            continue
        kind, name = _split(ward)
        heirs = list(dict.fromkeys(successors.get(f"{province_key}_{district_key}_{key}", [])))
        past[f"{code}@2025"] = Row(f"{code}@2025", "c", kind, name, d_id, "", BEFORE_REFORM, heirs)
    for code in NEW_WARDS_2026:
        row = out[code]
        past[f"{code}@2026"] = Row(f"{code}@2026", "c", "xã", row.name, "75", REFORM, BEFORE_DONG_NAI, [code])
        row.type, row.valid_from = "phường", DONG_NAI
    dong_nai = out["75"]
    past["75@2026"] = Row("75@2026", "p", "tỉnh", dong_nai.name, "", REFORM, BEFORE_DONG_NAI, ["75"])
    dong_nai.type, dong_nai.valid_from = "thành phố", DONG_NAI
    return [*out.values(), *past.values()]


def main(argv: list[str]) -> int:
    """Write the table and say what is in it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="…/site-packages/vietnamadminunits/data")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data" / "units.tsv.gz")
    arguments = parser.parse_args(argv)
    table = rows(arguments.folder)
    text = "\n".join(["\t".join(HEADER), *(row.line() for row in table)]) + "\n"
    # mtime 0: the same input gives the same bytes.
    arguments.out.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))
    orphans = [row for row in table if row.level == "c" and row.valid_to and not row.successors]
    sys.stdout.write(
        f"{len(table)} units, {len(orphans)} former communes without a successor: {[o.id for o in orphans][:20]}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
