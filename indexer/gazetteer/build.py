"""Makes ``data/units.tsv.gz`` from the public package vietnamadminunits 1.0.4 (MIT, PyPI). Run by hand, never at run time.

    python -m venv /tmp/v && /tmp/v/bin/pip install --no-deps vietnamadminunits==1.0.4
    python -m indexer.gazetteer.build /tmp/v/lib/python3.*/site-packages/vietnamadminunits/data

Taken from it: names, types, codes and old → new links; its coordinates and spelling keys are left out. Added here, as facts with
their source: corrections of four types (checked against thanglequoc/vietnamese-provinces-database, MIT), the code of Ba Chẽ, and
the changes of 30 April 2026 (Resolution 30/2026/QH16 and Resolution 237/NQ-UBTVQH16). Every row wears its dates of validity, its
source, and its links with their nature: merged, split, renamed, type_changed, continued. Links go from one period to the next, so
that what a unit was on any day can be read off.
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

SOURCE = "vietnamadminunits 1.0.4"
SOURCE_2026 = "NQ 30/2026/QH16, NQ 237/NQ-UBTVQH16"

HEADER = ("id", "level", "type", "name", "parent", "valid_from", "valid_to", "links", "source", "note")


@dataclass
class Row:
    """A line of the table; ``parent`` is a code, ``links`` are the ids that took it over, each with ``:nature`` behind it."""

    id: str
    level: str
    type: str
    name: str
    parent: str
    valid_from: str = ""
    valid_to: str = ""
    links: list[str] = field(default_factory=list)
    source: str = SOURCE
    note: str = ""

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
                " ".join(self.links),
                self.source,
                self.note,
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
        new = CODE_CORRECTIONS.get(code, code)
        kind, name = _split(ward)
        name = name[0].upper() + name[1:]
        out[new] = Row(new, "c", TYPE_CORRECTIONS.get(new, kind), name, province_code, REFORM)
        if new != code:
            out[new].note = f"mã {code} trong bảng năm 2025"
        new_ward[province_key, key] = new
    heirs: dict[str, list[str]] = defaultdict(list)
    divided: set[str] = set()
    for province_key, wards in links["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for key, olds in wards.items():
            for old in olds:
                heirs[old].append(new_ward[province_key, key])
    for province_key, divisions in links["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divisions.items():
            divided.add(old)
            for part in sorted(parts, key=lambda p: not p["isDefaultNewWard"]):
                heirs[old].append(new_ward[province_key, part["newWardKey"]])
    province_heir = {
        old: new_province[new]
        for new, olds in links["DICT_PROVINCE"].items()
        for old in olds
        if new in new_province
    }
    past: dict[str, Row] = {}
    split: set[str] = set()
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
            p_id, Row(p_id, "p", kind, name, "", "", BEFORE_REFORM, [province_heir[province_key]])
        )
        kind, name = _split(district)
        past.setdefault(d_id, Row(d_id, "d", kind, name, province_code, "", BEFORE_REFORM))
        if not code or not ward:  # island districts without communes became special zones as a whole
            for spelling in (f"{province_key}_{district_key}", f"{province_key}_{district_key}_"):
                past[d_id].links.extend(heirs.get(spelling, []))
            continue
        kind, name = _split(ward)
        old = f"{province_key}_{district_key}_{key}"
        past[f"{code}@2025"] = Row(
            f"{code}@2025", "c", kind, name, district_code, "", BEFORE_REFORM, list(dict.fromkeys(heirs[old]))
        )
        if old in divided:
            split.add(f"{code}@2025")
    _name_natures(out, past, split)
    _change_of_2026(out, past)
    return [*out.values(), *past.values()]


def _name_natures(out: dict[str, Row], past: dict[str, Row], split: set[str]) -> None:
    """Put the nature behind every link."""
    makers: dict[str, int] = defaultdict(int)
    for row in past.values():
        for heir in row.links:
            makers[heir] += 1
    for row in past.values():
        row.links = [f"{heir}:{_nature(row, out[heir], makers[heir], row.id in split)}" for heir in row.links]


def _nature(old: Row, new: Row, makers: int, split: bool) -> str:
    if split:
        return "split"
    if makers > 1:
        return "merged"
    if old.name.lower() != new.name.lower():
        return "renamed"
    return "type_changed" if old.type != new.type else "continued"


def _change_of_2026(out: dict[str, Row], past: dict[str, Row]) -> None:
    """The state of July 2025 gets an end where 30 April 2026 changed it; what came before leads to that state."""
    for code in (*NEW_WARDS_2026, "75"):
        now = out[code]
        before = Row(f"{code}@2026", now.level, now.type, now.name, now.parent, REFORM, BEFORE_DONG_NAI)
        before.links = [f"{code}:type_changed"]
        now.type = "phường" if now.level == "c" else "thành phố"
        now.valid_from, now.source = DONG_NAI, SOURCE_2026
        for row in past.values():
            row.links = [
                f"{before.id}:{nature}" if heir == code else f"{heir}:{nature}"
                for heir, _, nature in (link.partition(":") for link in row.links)
            ]
        past[before.id] = before


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
    orphans = [row for row in table if row.level == "c" and row.valid_to and not row.links]
    sys.stdout.write(
        f"{len(table)} units, {len(orphans)} former communes without a successor: {[o.id for o in orphans][:20]}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
