# bash completion for hartonomousctl. Commands and options come from the program itself, so they cannot drift.
_hartonomousctl_queues() {
    mapfile -t COMPREPLY < <(compgen -W "$(timeout 3 hartonomousctl queue list 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$1")
}

_hartonomousctl_models() {
    compopt -o filenames # a name may have blanks, which are quoted then
    mapfile -t COMPREPLY < <(IFS=$'\n' compgen -W "$(timeout 9 hartonomousctl model list --json 2>/dev/null |
        grep -o '"name":"[^"\\]*"' | cut -d '"' -f 4)" -- "$1")
}

_hartonomousctl() {
    local current=${COMP_WORDS[COMP_CWORD]} words=() word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == -* ]] || words+=("$word")
    done
    local command=${words[0]-} action=${words[1]-}
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(hartonomousctl "$command" $action --help 2>/dev/null |
            sed -n 's/^.\{5\} \(--[a-z-]*\).*/\1/p') --help --version --config-dir" -- "$current")
        return
    fi
    if [[ ${COMP_WORDS[COMP_CWORD-1]} == @(-q|--queue) ]]; then
        _hartonomousctl_queues "$current"
        return
    fi
    if [[ ${COMP_WORDS[COMP_CWORD-1]} == --model ]]; then
        _hartonomousctl_models "$current"
        return
    fi
    case $command in
    "")
        mapfile -t COMPREPLY < <(compgen -W "$(hartonomousctl --help 2>/dev/null | sed -n 's/^  \([a-z-]*\).*/\1/p' | sort -u)" -- "$current")
        ;;
    ingest|watch)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        ;;
    *)
        if [[ $action ]]; then
            [[ "$command $action" == queue\ @(show|enable|disable|peek|purge) && ${#words[@]} == 2 ]] && _hartonomousctl_queues "$current"
            [[ "$command $action" == model\ @(add|backfill|activate|retire|remove|check) && ${#words[@]} == 2 ]] && _hartonomousctl_models "$current"
            return
        fi
        mapfile -t COMPREPLY < <(compgen -W "$(hartonomousctl --help 2>/dev/null | sed -n "s/^  $command \([a-z-]*\).*/\1/p")" -- "$current")
        ;;
    esac
}
complete -o default -F _hartonomousctl hartonomousctl
