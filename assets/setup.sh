set -eu
CDPATH='' cd -- "$(dirname -- "$0")"
project=$(pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { printf '%s\n' "$*"; }
stop() { printf 'stopped: %s\n' "$*" >&2; exit 1; }

sum() { # FILE: its sha256, - where there is none
    if [ ! -e "$1" ]; then
        echo -
    elif command -v sha256sum >/dev/null 2>&1; then
        sha256sum <"$1" | cut -d ' ' -f 1
    else
        shasum -a 256 <"$1" | cut -d ' ' -f 1
    fi
}

one_of() { # WORD WORDS...
    word=$1
    shift
    for other in "$@"; do
        [ "$word" = "$other" ] && return 0
    done
    return 1
}

look() { # FILE SUMS...: stops where the file is none of these
    file=$1
    shift
    one_of "$(sum "$file")" "$@" && return 0
    stop "$file is not what the plan saw; nothing was changed. Make the script again with: uv-wizard export script"
}

put() { # FILE SUM-AFTER...: the new text comes in; the file is as it was before, or as it will be
    file=$1
    shift
    if one_of "$(sum "$file")" "$@"; then
        say "is so already: $file"
        return 0
    fi
    mkdir -p "$(dirname "$file")"
    fresh=$file.uv-wizard-$$
    if [ -e "$file" ]; then
        cp -p "$file" "$fresh"
        case $file in
            "$project"/*) ;; # git has the old one
            *) cp -p "$file" "$file.before-uv-wizard" ;;
        esac
    fi
    cat >"$fresh"
    if [ "$(sum "$fresh")" != "$1" ]; then
        rm -f "$fresh"
        stop "the new text of $file is not whole: was this script edited?"
    fi
    if [ -L "$file" ]; then
        cat "$fresh" >"$file"
        rm -f "$fresh"
    else
        mv -f "$fresh" "$file"
    fi
    say "written: $file"
}

between() { # FILE FRONT BACK: what comes in, between so many bytes of the file's front and end
    [ -e "$1" ] || return 0
    head -c "$2" "$1"
    cat
    tail -c "$3" "$1"
}

add() { # FILE: the lines that come in and that it lacks, at its end
    mkdir -p "$(dirname "$1")"
    while IFS= read -r line; do
        grep -qxF -e "$line" "$1" 2>/dev/null || printf '%s\n' "$line" >>"$1"
    done
}

fetch() { # ADDRESS FILE
    if command -v curl >/dev/null 2>&1; then
        curl -LsSf "$1" -o "$2"
    else
        wget -qO "$2" "$1"
    fi
}

fits() { # UV: whether it is there and its version will do
    found=$("$1" --version 2>/dev/null) || return 1
    found=${found#uv }
    found=${found%% *}
    if [ -n "$version" ]; then
        [ "$found" = "$version" ]
    else
        awk -v a="$found" -v b="$least" 'BEGIN {
            split(a, x, "."); split(b, y, ".")
            for (i = 1; i <= 3; i++) { if (x[i] + 0 > y[i] + 0) exit 0; if (x[i] + 0 < y[i] + 0) exit 1 }
        }'
    fi
}
