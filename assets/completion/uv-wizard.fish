# Completion of uv-wizard for fish. At each Tab it asks uv-wizard itself, so it never grows stale.
function __uv_wizard_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    for line in ($program __complete (string replace -r '^' ':' -- $words[2..-1] "$typed") 2>/dev/null </dev/null)
        if not string match -q ':*' -- $line
            printf '%s\n' $line
            continue
        end
        set -l answer (string split ' ' -- (string sub -s 2 -- $line))
        set -l head (string sub -l $answer[2] -- "$typed")
        set -l tail (string sub -s (math $answer[2] + 1) -- "$typed")
        switch $answer[1]
            case files
                for path in (__fish_complete_path "$tail")
                    printf '%s\n' "$head$path"
                end
            case folders
                for path in (__fish_complete_directories "$tail" folder)
                    printf '%s\n' "$head$path"
                end
        end
    end
end
for program in uv-wizard uv-wizard.pyz
    complete -c $program -f -k -a '(__uv_wizard_complete)'
end
