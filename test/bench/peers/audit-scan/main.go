// What one would write in Go in half an hour: the audit API's own types, bufio and encoding/json. Usage: audit-scan QUESTION < LOG
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
)

type group struct{ user, verb, resource string }

func code(event *auditv1.Event) int32 {
	if event.ResponseStatus == nil {
		return 0
	}
	return event.ResponseStatus.Code
}

func isAsked(question string, event *auditv1.Event) bool {
	switch question {
	case "deletes":
		object := event.ObjectRef
		return event.Verb == "delete" && object != nil && object.Resource == "deployments" && object.Namespace == "prod" && object.Name == "api"
	case "refused":
		return code(event) == 401 || code(event) == 403
	default: // counts: requests, by the event that tells their outcome
		return event.Stage == auditv1.StageResponseComplete || code(event) == 401
	}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	question := os.Args[1]
	counts := map[group]int{}
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			var event auditv1.Event
			if err := json.Unmarshal(line, &event); err != nil {
				panic(err)
			}
			switch {
			case !isAsked(question, &event):
			case question == "counts":
				one := group{user: event.User.Username, verb: event.Verb}
				if event.ObjectRef != nil {
					one.resource = event.ObjectRef.Resource
				}
				counts[one]++
			default:
				fmt.Fprintln(out, event.AuditID)
			}
		}
		if err == io.EOF {
			break
		}
	}
	for one, count := range counts {
		fmt.Fprintf(out, "%d\t%s\t%s\t%s\n", count, one.user, one.verb, one.resource)
	}
}
