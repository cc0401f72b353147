#!/bin/bash
# SPDX-License-Identifier: MIT
# The generator as a command: what it lists, prints, watches and tells editors; manual pages that groff takes.
set -u

. "$(dirname "$0")/checks.sh"
codegen=${FASCIA_CODEGEN:?}
source_dir=${FASCIA_SOURCE_DIR:?}
folder=$(mktemp -d)
watcher=
trap '[ -z "$watcher" ] || kill "$watcher"; rm -rf "$folder"' EXIT
cd "$folder" || exit 1

qface() {
        printf 'module T.One 1.0\ninterface I {\n    %s\n}\n' "$1" >one.qface
}

# ---- what would be written ----

qface 'int a'
check 'what would be written is listed' prints 'out/one-types.h
out/one-types.c
out/one-private.h
out/one.h
out/one.c
out/one-backend.h
out/one-backend.c
out/one-module.c
out/one.json
out/xml/T.One1.I.xml
out/man/T.One1.I.7
out/dbus/T.One1.conf
out/dbus/T.One1.service
out/systemd/T.One1.conf' "$codegen" --list-outputs -o out one.qface
check 'and is not written' test ! -e out
written() {
        "$codegen" -o out one.qface && "$codegen" --list-outputs -o out one.qface | sort >listed &&
                find out -type f | sort | diff listed -
}
check 'what is listed is what is written' written
same() {
        "$codegen" --stdout --emit=xml one.qface | cmp - out/xml/T.One1.I.xml
}
check 'what is printed is what is written' same
check 'no service, no files for one' prints '' "$codegen" --list-outputs --emit=policy,activation,drop-in \
        "$source_dir/tests/interfaces/foreign/hostname1.qface"

# ---- for editors ----

qface 'it a'
errors() {
        ! "$codegen" --format=json -o bad one.qface 2>errors && cat errors
}
check 'editors get an object for each error' prints \
        '{"file": "one.qface", "line": 3, "column": 5, "endLine": 3, "endColumn": 7, "severity": "error", "message": "unknown type '"'it'"'", "note": "did you mean '"'int'"'?"}' \
        errors
model() {
        ! "$codegen" --format=json one.qface
}
check 'the model of a file with errors is null' prints '{
"diagnostics": [{"file": "one.qface", "line": 3, "column": 5, "endLine": 3, "endColumn": 7, "severity": "error", "message": "unknown type '"'it'"'", "note": "did you mean '"'int'"'?"}],
"module": null
}' model
check 'nothing is written then' test ! -e bad
qface 'int a'
if command -v python3 >/dev/null; then
        models() {
                local file
                for file in "$source_dir"/interfaces/*.qface "$source_dir"/tests/interfaces/*.qface; do
                        "$codegen" -I "$source_dir/tests/interfaces" --stdout --emit=json "$file" 2>/dev/null |
                                python3 -m json.tool >/dev/null || { echo "$file"; return 1; }
                done
        }
        check 'the model of every module is JSON' models
        fact() {
                "$codegen" -I "$source_dir/tests/interfaces" --format=json "$source_dir/tests/interfaces/language.qface" |
                        python3 -c "import json, sys
m = json.load(sys.stdin)['module']
p = {x['name']: x for x in m['interfaces'][0]['properties']}
print($1)"
        }
        check 'with types' prints 'map struct Test.Language.Sentence a{s(sasiv)}' \
                fact "p['book']['type']['kind'], p['book']['type']['element']['kind'], p['book']['type']['element']['name'], p['book']['type']['signature']"
        check 'with values' prints "{'a': 1, 'b': 2} 18446744073709551615 Road|Water" \
                fact "p['counts']['initial'], p['farther']['initial'], p['layer']['initial']"
        check 'with simulation data' prints "{'a': 1, 'b': ['x', True, 2.5], 'c': '1'}" \
                fact "p['something']['simulation'][0]['default']"
        check 'with errors and history' prints "['Test.Language1.Error.Hoarse', 'Test.Language1.Error.TooLong'] 1.1 sing instead" \
                fact "m['interfaces'][0]['operations'][1]['errors'], m['interfaces'][0]['operations'][1]['since'], m['interfaces'][0]['operations'][1]['deprecated']"
        check 'with annotations as they were merged' prints "{'zones': ['Left', 'Right']}" \
                fact "m['interfaces'][1]['annotations']['config_simulator']"
else
        echo 'skip - the model as JSON, python3 is not installed'
fi

# ---- two versions ----

printf 'module T.One 1.0\ninterface I {\n    int a\n    int gone\n}\n' >old.qface
printf 'module T.One 1.0\ninterface I {\n    real a\n    @config: { getter_name: other }\n    int gone\n}\n' >new.qface
differences() {
        ! "$codegen" diff old.qface new.qface
}
check 'two versions are compared' prints "new.qface:1:8: note: as version 2.0 it would have a bus name of its own, and both could be served side by side
new.qface:3:10: breaking: the property 'a' of 'I' is 'd' on D-Bus, it was 'i'
new.qface:5:9: source: the getter of the property 'gone' of 'I' is 'one_i_other', it was 'one_i_get_gone'
1 breaking, 1 source" differences
imported_differences() {
        ! "$codegen" diff -I common old.qface new.qface
}
usage_of_diff() {
        "$codegen" diff --help | sed -n 1p
}
json_differences() {
        ! "$codegen" diff --format=json old.qface new.qface >lines && sed -n 2p lines
}
check 'also for programs' prints "{\"class\": \"breaking\", \"kind\": \"type\", \"symbol\": \"I.a\", \"old\": \"i\", \"new\": \"d\", \"text\": \"the property 'a' of 'I' is 'd' on D-Bus, it was 'i'\", \"file\": \"new.qface\", \"line\": 3, \"column\": 10}" \
        json_differences
check 'the same is no difference' prints 'no difference' "$codegen" diff old.qface old.qface
printf 'module T.One 1.0\ninterface I {\n    int a\n    @config: { getter_name: other }\n    int gone\n}\n' >new.qface
check 'what concerns programs alone is fine' "$codegen" diff old.qface new.qface
check 'unless one asks' refuses '1 source' "$codegen" diff --source old.qface new.qface
printf 'module T.One 1.0\ninterface I {\n    it a\n}\n' >new.qface
check 'a file with errors shows them' refuses "new.qface:3:5: error: unknown type 'it'" "$codegen" diff old.qface new.qface
check 'a missing file is named' refuses "cannot read 'none.qface'" "$codegen" diff old.qface none.qface
# refused WORDS…: a wrong command line.
refused() {
        "$codegen" diff "$@" 2>/dev/null
        [ $? = 2 ]
}
cat >new.qface <<'EOF'
module T.One 1.0
interface I {
    @deprecated: 'say "why" \ not'
    int a
}
EOF
if command -v python3 >/dev/null; then
        json_values() {
                "$codegen" diff --format=json new.qface old.qface | python3 -c 'import json, sys
for line in sys.stdin:
        c = json.loads(line)
        print(c["class"], c["kind"], c["symbol"], c.get("old"), c.get("new"), c["line"], c["column"])'
        }
        check 'each line is JSON' prints 'note version T.One 1.0 None 1 8
compatible deprecated I.a say "why" \ not None 3 9
compatible added I.gone None I.gone 4 9' json_values
else
        echo 'skip - differences as JSON, python3 is not installed'
fi
printf 'module T.One 1.0\ninterface I {\n    int a\n    int gone\n}\n' >new.qface
printf 'T.One.I#a:\n    config: { maximum: 5 }\n' >new.yaml
check 'the file beside it counts' refuses "new.qface:3:9: breaking: the bounds of the property 'a' of 'I' are narrower: <= 5, they were none" \
        "$codegen" diff old.qface new.qface
mv new.yaml more.yaml
check 'annotations that are given are those of both' prints 'no difference' "$codegen" diff -A more.yaml old.qface new.qface
check 'a missing one is named' refuses "cannot read 'none.yaml'" "$codegen" diff -A none.yaml old.qface new.qface
rm more.yaml
mkdir common
printf 'module T.A 1.0\nenum E { X, Y }\n' >common/a.qface
printf 'module T.B 1.0\nenum E { X, Z = 4 }\n' >common/b.qface
printf 'module T.One 1.0\nimport T.A 1.0\ninterface I {\n    T.A.E a\n}\n' >old.qface
printf 'module T.One 1.0\nimport T.B 1.0\ninterface I {\n    T.B.E a\n}\n' >new.qface
check 'types of other modules are compared' prints "common/a.qface:2:13: breaking: the member 'Y' of 'E' is gone
common/b.qface:2:13: compatible: the member 'Z' of 'E' is new: older clients see a value without a name
new.qface:1:8: note: as version 2.0 it would have a bus name of its own, and both could be served side by side
new.qface:4:11: source: the property 'a' of 'I' is of the type 'T.B.E', it was 'T.A.E'
1 breaking, 1 source, 1 compatible" imported_differences
check 'which have to be found' refuses "error: " "$codegen" diff old.qface new.qface
rm -r common
printf 'module T.One 1.1\ninterface I {\n    int a\n}\n' >old.qface
printf 'module T.One 1.0\ninterface I {\n    int a\n}\n' >new.qface
check 'advice alone is fine' prints 'new.qface:1:8: note: the version goes back from 1.1
only notes' "$codegen" diff old.qface new.qface
check 'the command says what it does' prints 'Usage: fascia-codegen diff [OPTION]… OLD.qface NEW.qface' usage_of_diff
check 'one file is too few' refused old.qface
check 'a value that is missing is refused' refused old.qface old.qface -I
check 'three are too many' refused old.qface old.qface old.qface
check 'unknown options are refused' refused --none old.qface old.qface
check 'unknown formats are refused' refused --format=xml old.qface old.qface
rm old.qface new.qface

# ---- watching ----

# heating: the getter is in what is generated.
has() {
        grep -q "one_i_get_$1" watched/one.h
}
begin() {
        "$codegen" --watch -o watched one.qface >log 2>&1 &
        watcher=$!
        soon has a
}
check 'watching begins with generating' begin
again() {
        soon grep -q 'watching one.qface' log && qface 'int b' && soon has b
}
check 'a change is generated' again
recovers() {
        qface 'it c' && soon grep -q "unknown type 'it'" log && has b && qface 'int c' && soon has c
}
check 'a mistake is told, and what was generated stays until it is mended' recovers
annotated() {
        printf 'T.One.I#c: { config: { getter_name: get_other } }\n' >one.yaml && soon has other
}
check 'annotations that appear beside the file count' annotated
check 'nothing is generated in vain' prints 4 grep -c generated log
kill "$watcher"
wait "$watcher" 2>/dev/null
watcher=
rm one.yaml

# ---- output that cannot be written ----

printf 'module T.One 1.0\ninterface I { int a }\n' >one.qface
full() {
        "$FASCIA_CODEGEN" "$@" >/dev/full
}
for option in --print=bus-name --list-outputs --stdout --format=json; do
        check "a full disk is an error of $option" refuses 'cannot write' full $option one.qface
done

# ---- manual pages ----

if command -v groff >/dev/null; then
        pages() {
                local page
                for page in "${FASCIA_BUILD_DIR:?}"/gen/*/man/*.7; do
                        [ -z "$(groff -man -ww -Kutf8 -Tutf8 "$page" 2>&1 >/dev/null)" ] || { groff -man -ww -Kutf8 -Tutf8 "$page" >/dev/null; return 1; }
                done
        }
        check 'manual pages are what groff expects' pages
        shown() {
                groff -man -Kutf8 -Tutf8 -P-cbou "$FASCIA_BUILD_DIR/gen/cluster/man/Vehicle.Cluster1.InstrumentCluster.7" |
                        grep 'DriveMode ' | tr -s ' ' | head -n 1
        }
        check 'and show the members' prints ' DriveMode (i, read and write)' shown
else
        echo 'skip - manual pages, groff is not installed'
fi
check_done
