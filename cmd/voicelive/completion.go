package main

import (
	"flag"
	"fmt"
	"strings"
)

const completionHelp = `voicelive completion: print a completion script for bash, zsh or fish

Usage:

	voicelive completion SHELL

A shell completes commands and flags when it has read the script:

	source <(voicelive completion bash)
	source <(voicelive completion zsh)
	voicelive completion fish | source
`

// completion prints a script with which a shell completes commands and flags.
func completion(args []string, std *streams) error {
	if len(args) != 1 {
		return usagef("completion needs the name of a shell: bash, zsh or fish")
	}
	names := []string{"help", "completion"}
	for _, c := range commands {
		names = append(names, c.name)
	}
	switch args[0] {
	case "-h", "-help", "--help":
		fmt.Fprint(std.out, completionHelp)
	case "bash", "zsh":
		if args[0] == "zsh" {
			fmt.Fprintln(std.out, "autoload -U +X bashcompinit && bashcompinit")
		}
		fmt.Fprintf(std.out, "_voicelive() {\n\tlocal word=\"${COMP_WORDS[COMP_CWORD]}\" words\n\tcase \"$COMP_CWORD:${COMP_WORDS[1]}\" in\n\t1:*) words=%q ;;\n", strings.Join(names, " "))
		for _, c := range commands {
			fmt.Fprintf(std.out, "\t*:%s) words=%q ;;\n", c.name, strings.Join(flagNames(c), " "))
		}
		fmt.Fprint(std.out, "\tesac\n\t[[ $COMP_CWORD = 1 || $word = -* ]] && COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\ncomplete -o default -F _voicelive voicelive\n")
	case "fish":
		for _, c := range commands {
			fmt.Fprintf(std.out, "complete -c voicelive -n __fish_use_subcommand -f -a %s -d %s\n", c.name, quoteFish(c.short))
			fs, _ := c.flagSet(&streams{})
			fs.VisitAll(func(f *flag.Flag) {
				_, usage := flag.UnquoteUsage(f)
				fmt.Fprintf(std.out, "complete -c voicelive -n '__fish_seen_subcommand_from %s' -o %s -d %s\n", c.name, f.Name, quoteFish(usage))
			})
		}
		fmt.Fprint(std.out, "complete -c voicelive -n __fish_use_subcommand -f -a 'help completion'\n")
	default:
		return usagef("no completion for the shell %q; there is one for bash, zsh and fish", args[0])
	}
	return nil
}

func flagNames(c *command) (names []string) {
	fs, _ := c.flagSet(&streams{})
	fs.VisitAll(func(f *flag.Flag) { names = append(names, "--"+f.Name) })
	return names
}

func quoteFish(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }
