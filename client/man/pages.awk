# SPDX-License-Identifier: MIT
# Makes manual pages of the public headers: one for each group of functions ("---- the client ----"), from the
# comments that stand there, so that both say the same. Needs -v directory=DIR and -v version=VERSION. A page is named
# after the first function of its group; the others are aliases of it.

function begin_file(name) {
        end_group()
        header = name
        sub(/.*\//, "", header)
        title = titles[header]
        begin_group(title)
        declaration = comment = ""
        in_comment = depth = continued = 0
}

function begin_group(name) {
        end_group()
        group = name
        n_names = 0
        synopsis = description = last_comment = ""
}

# Troff takes some characters for its own.
function escaped(text) {
        gsub(/\\/, "\\e", text)
        gsub(/-/, "\\-", text)
        if (text ~ /^[.']/)
                text = "\\&" text
        return text
}

# Paragraphs; what is set off by blanks is code.
function prose(text, lines, n, i, out, in_code) {
        n = split(text, lines, "\n")
        for (i = 1; i <= n; i++) {
                if (lines[i] ~ /^      /) {
                        if (!in_code)
                                out = out ".PP\n.in +4n\n.EX\n"
                        in_code = 1
                        sub(/^ +/, "", lines[i])
                } else if (in_code) {
                        out = out ".EE\n.in\n.PP\n"
                        in_code = 0
                        if (lines[i] == "")
                                continue
                } else if (lines[i] == "") {
                        out = out ".PP\n"
                        continue
                }
                out = out escaped(lines[i]) "\n"
        }
        return out (in_code ? ".EE\n.in\n" : "")
}

function describe(text) {
        if (text != "")
                description = description ".PP\n" prose(text)
}

function name_of(text) {
        if (text ~ /^typedef/ || text ~ /^(struct|enum) [a-z_0-9]+ \{/ || !match(text, /fascia_[a-z0-9_]+\(/))
                return ""
        return substr(text, RSTART, RLENGTH - 1)
}

# A declaration with what was said before it; several that follow each other share it.
function take_declaration(name, text) {
        text = declaration
        declaration = ""
        if (comment == "" && last_comment == "" && text ~ /^(struct|enum) [a-z_]+;$/)
                return
        name = name_of(text)
        if (name != "")
                names[++n_names] = name
        synopsis = synopsis code(text) "\n"
        if (comment != "") {
                description = description (name != "" ? ".SS " name "()\n" : ".SS " heading(text) "\n") prose(comment)
        } else if (name != "" && description ~ /\.SS [^\n]*\n/) {
                add_to_heading(name)
        }
        last_comment = comment != "" ? comment : last_comment
        comment = ""
}

# "struct fascia_reply", of its definition.
function heading(text) {
        if (match(text, /(struct|enum) fascia_[a-z0-9_]+/))
                return substr(text, RSTART, RLENGTH)
        if (match(text, /fascia_[a-z0-9_]+_fn/))
                return substr(text, RSTART, RLENGTH)
        return "In detail"
}

# The comment is for this one, too.
function add_to_heading(name, i, at) {
        at = 0
        for (i = 1; (i = index(substr(description, at + 1), "\n.SS ")) > 0;)
                at += i
        if (at == 0 && index(description, ".SS ") != 1)
                return
        i = index(substr(description, at + 1), "()\n")
        if (i > 0)
                description = substr(description, 1, at + i + 1) ", " name "()" substr(description, at + i + 2)
}

function code(text) {
        gsub(/\\/, "\\e", text)
        gsub(/-/, "\\-", text)
        gsub(/\n\./, "\n\\\\\\&.", text)
        return text
}

function end_group(file, i) {
        if (group == "" || n_names == 0)
                return
        file = directory "/" names[1] ".3"
        printf ".\\\" Made of <fascia/%s>.\n.TH %s 3 \"\" \"Fascia %s\" \"Fascia\"\n.SH NAME\n", header,
                toupper(names[1]), version >file
        for (i = 1; i <= n_names; i++)
                printf "%s%s", names[i], i < n_names ? ",\n" : " " >file
        printf "\\- %s\n.SH SYNOPSIS\n.nf\n.B #include <fascia/%s>\n.PP\n%s.fi\n", group, header, synopsis >file
        printf ".SH DESCRIPTION\n%s", description >file
        printf ".SH SEE ALSO\n.BR fascia (3)%s\n", header == "backend.h" ? ", " : "" >file
        if (header == "backend.h")
                printf ".BR fasciad (8)\n" >file
        close(file)
        for (i = 2; i <= n_names; i++) {
                file = directory "/" names[i] ".3"
                printf ".so man3/%s.3\n", names[1] >file
                close(file)
        }
        group = ""
}

function end_comment(first, rest) {
        in_comment = 0
        sub(/[ \n]+$/, "", text)
        if (text ~ /^---- /) {
                first = text
                sub(/\n.*/, "", first)
                rest = substr(text, length(first) + 2)
                gsub(/^---- | ----$/, "", first)
                begin_group(first)
                sub(/^\n+/, "", rest)
                describe(rest)
        } else {
                comment = text
        }
}

BEGIN {
        titles["fascia.h"] = "clients"
        titles["types.h"] = "values of any type"
        titles["generated.h"] = "what generated front ends stand on"
        titles["testkit.h"] = "the other end of a feature, for tests"
        titles["backend.h"] = "plugins"
        titles["descriptor.h"] = "descriptors"
}

FNR == 1 { begin_file(FILENAME) }

in_comment {
        line = $0
        sub(/ *\*\/.*/, "", line)
        sub(/^ \* ?/, "", line)
        if (index($0, "*/")) {
                text = text "\n" line
                end_comment()
        } else {
                text = text "\n" line
        }
        next
}

/^\/\*/ && depth == 0 && declaration == "" {
        text = $0
        sub(/^\/\* ?/, "", text)
        if (index(text, "*/")) {
                sub(/ *\*\/.*/, "", text)
                end_comment()
        } else {
                in_comment = 1
        }
        next
}

# The first comment of a file says what it is about.
/^#/ || continued {
        continued = /\\$/
        if (/^#ifndef FASCIA_/ && comment != "") {
                sub(/^\n+/, "", comment)
                describe(comment)
        }
        if (depth == 0)
                comment = ""
        next
}

/^extern "C" \{$/ || (/^\}$/ && depth == 0) { next }

/^$/ && depth == 0 {
        describe(comment)
        comment = last_comment = ""
        next
}

{
        declaration = declaration == "" ? $0 : declaration "\n" $0
        depth += gsub(/\{/, "{") - gsub(/\}/, "}")
        if (depth == 0 && /;$/)
                take_declaration()
}

END { end_group() }
