/**
 * What a shell runs to complete our command line: each only asks `kubectl-audit __complete WORDS…` and shows the answer.
 * `kubectl` is the executable that kubectl itself looks for to complete a plugin's words (`kubectl_complete-audit`).
 */
import type { Shell } from './registry.ts';

export function completionScript(shell: Shell): string {
  return SCRIPTS[shell].trimStart();
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `
_kubectl_audit() {
  local current=\${COMP_WORDS[COMP_CWORD]} line directive=0
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :[0-9]*) directive=\${line#:} ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(kubectl-audit __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
  # bash has split the word at these and will put back what stands before.
  local splits=$COMP_WORDBREAKS at
  for ((at = 0; at < \${#COMPREPLY[@]}; at++)); do
    [[ $current == *:* && $splits == *:* ]] && COMPREPLY[at]=\${COMPREPLY[at]#"\${current%"\${current##*:}"}"}
    printf -v 'COMPREPLY[at]' '%q' "\${COMPREPLY[at]}"
  done
  ((directive & 2)) && compopt -o nospace
  ((directive & 4)) && compopt +o default
  return 0
}
complete -o default -F _kubectl_audit kubectl-audit
`,
  zsh: `
#compdef kubectl-audit
_kubectl_audit() {
  local -a lines candidates options
  local line directive=0
  lines=("\${(@f)$(kubectl-audit __complete "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  for line in "\${lines[@]}"; do
    if [[ $line == :<-> ]]; then directive=\${line#:}; continue; fi
    line=\${line//:/\\\\:}
    candidates+=("\${line/$'\\t'/:}")
  done
  (( directive & 2 )) && options=(-S '')
  if (( \${#candidates} )); then
    _describe -V 'kubectl audit' candidates "\${options[@]}"
  elif (( ! (directive & 4) )); then
    _files
  fi
}
compdef _kubectl_audit kubectl-audit
`,
  fish: `
function __kubectl_audit_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines (kubectl-audit __complete $words[2..-1] 2> /dev/null)
    if test "$lines[-1]" = ":0"
        __fish_complete_path (commandline -ct)
    else
        string match -rv '^:\\d+$' -- $lines
    end
end
complete -c kubectl-audit -f -a '(__kubectl_audit_complete)'
`,
  powershell: `
Register-ArgumentCompleter -Native -CommandName 'kubectl-audit' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($wordToComplete -eq '') { $words += '""' }
    kubectl-audit __complete @words 2> $null | Where-Object { $_ -notmatch '^:\\d+$' } | ForEach-Object {
        $value, $means = $_ -split "\`t", 2
        if (-not $means) { $means = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $means)
    }
}
`,
  kubectl: `
#!/bin/sh
exec kubectl-audit __complete "$@"
`,
};
