#!/bin/bash
# SPDX-License-Identifier: MIT
# Every example of interfaces/README.md is what it says: the interface files are read without an error, and the first
# of them goes through the five steps.
set -u

. "$(dirname "$0")/checks.sh"
codegen=${FASCIA_CODEGEN:?}
page=${FASCIA_SOURCE_DIR:?}/interfaces/README.md
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# Each block becomes a file: with the name behind its mark, or blockN.qface.
awk '/^ *```qface/ { n++; name = $2 != "" ? $2 : "block" n ".qface"; indent = index($0, "`") - 1; next }
     /^ *```/ { name = ""; next }
     name != "" { print substr($0, indent + 1) > name }' "$page"

check 'there are examples' test -s block1.qface
for file in *.qface; do
        check "$file is without error" "$codegen" -I . -o "out/$file" "$file"
done

# The fragment of YAML belongs to the example before it.
awk '/^```yaml/ { on = 1; next } /^```/ { on = 0 } on' "$page" >annotations.ann
annotated=$(grep -l 'module Example.Annotated' ./*.qface)
check 'the file of annotations is without a warning' "$codegen" -Werror -A annotations.ann -o out/annotated "$annotated"

# The template makes a table of the first example.
if command -v python3 >/dev/null; then
        awk '/^```python/ { on = 1; next } /^```/ { on = 0 } on' "$page" >table.py
        table() { "$codegen" --format=json block1.qface | python3 table.py; }
        check 'the template makes a table' prints '# Vehicle.Seats 1.0

## SeatControl

| property | type | |
|---|---|---|
| heating | int | read and write. How warm the seat is to be; 0 is off. |
| occupied | bool | read.  |' table
else
        echo 'skip - the template, python3 is not installed'
fi

# Each warning is explained, and each that is explained exists.
"$codegen" --print=warnings | sort >known
sed -n '/^| warning/,/^$/p' "$page" | grep -oE '^\| [^|]*' | grep -oE '[a-z]+-?[a-z-]*`' | tr -d '`' | sort >told
check 'the table of warnings is complete' diff known told

# Each link inside the page has its heading.
grep -oE '\]\(#[^)]*\)' "$page" | tr -d '](#)' | sort -u >links
grep -E '^##' "$page" | sed -E 's/^#+ //; s/.*/\L&/; s/[^a-z0-9 -]//g; s/ /-/g' | sort -u >headings
check 'links lead somewhere' test -z "$(comm -23 links headings)"

check_done
