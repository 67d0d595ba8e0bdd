# Completion of uv-wizard for bash. At each Tab it asks uv-wizard itself, so it never grows stale.
_uv_wizard() {
    local i word line rest=${COMP_LINE:0:COMP_POINT} ask=none blank=blank tail prefix
    local -a words=() asked=()
    # bash breaks words at = and : too; what stands together in the line is one word to us.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i == 0 || $rest == [[:space:]]* ]]; then
            words+=("")
            rest=${rest#"${rest%%[![:space:]]*}"}
        fi
        [[ $rest == "$word"* ]] || word=$rest # the cursor stands inside it
        words[${#words[@]} - 1]+=$word
        rest=${rest#"$word"}
    done
    tail=${words[${#words[@]} - 1]}
    asked=("${words[@]:1}")
    COMPREPLY=()
    while IFS= read -r line; do
        line=${line%$'\r'}
        case $line in
            :*) read -r ask _ blank <<<"${line#:}" ;;
            *)
                word=${line%%$'\t'*}
                [[ $word != *' '* ]] || printf -v word %q "$word"
                COMPREPLY+=("$word")
                ;;
        esac
    done < <("${words[0]/#\~\//$HOME/}" __complete "${asked[@]/#/:}" 2>/dev/null </dev/null)
    prefix=$tail
    for word in = :; do
        [[ $COMP_WORDBREAKS != *"$word"* ]] || tail=${tail##*"$word"}
    done
    prefix=${prefix%"$tail"}
    COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
    [[ $blank == blank ]] || compopt -o nospace 2>/dev/null
    case $ask in
        files) compopt -o default 2>/dev/null ;;
        folders) compopt -o plusdirs 2>/dev/null ;;
        *) return ;;
    esac
    # bash 3.2, that of macOS, has no compopt
    if ! type compopt >/dev/null 2>&1; then
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "-${ask:0:1}" -- "$tail")
    fi
}
complete -F _uv_wizard uv-wizard uv-wizard.pyz
