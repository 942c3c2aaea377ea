// What one would write in Go in five minutes: bufio and encoding/json. Usage: scan QUESTION < LOG
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

type event struct {
	AuditID string `json:"auditID"`
	Verb    string `json:"verb"`
	User    struct {
		Groups []string `json:"groups"`
	} `json:"user"`
	ObjectRef struct {
		Resource  string `json:"resource"`
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"objectRef"`
	ResponseStatus struct {
		Code int `json:"code"`
	} `json:"responseStatus"`
}

func isAsked(question string, one *event) bool {
	switch question {
	case "selective":
		object := one.ObjectRef
		return one.Verb == "delete" && object.Resource == "deployments" && object.Namespace == "prod" && object.Name == "api"
	case "refused":
		return one.ResponseStatus.Code == 403
	default:
		return len(one.User.Groups) == 2 && one.ResponseStatus.Code >= 400
	}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			var one event
			if err := json.Unmarshal(line, &one); err != nil {
				panic(err)
			}
			if isAsked(os.Args[1], &one) {
				fmt.Fprintln(out, one.AuditID)
			}
		}
		if err == io.EOF {
			return
		}
	}
}
