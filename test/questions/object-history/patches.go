// Makes patches.jsonl.gz: patches of every kind as Kubernetes' own libraries apply them, one case a line.
// With k8s.io/{api,apimachinery,client-go} v0.34.4 and gopkg.in/evanphx/json-patch.v4 v4.12.0, in a module of its own:
//
//	go run patches.go | gzip -9n > patches.jsonl.gz
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields/managedfieldstest"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"

	kjson "sigs.k8s.io/json"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

type m = map[string]interface{}
type l = []interface{}

var r = rand.New(rand.NewSource(20261125))

func chance(p float64) bool       { return r.Float64() < p }
func pick(words ...string) string { return words[r.Intn(len(words))] }

func env() m {
	e := m{"name": pick("A", "B", "C", "D", "E")}
	if chance(0.2) {
		e["valueFrom"] = m{"secretKeyRef": m{"name": pick("s", "t"), "key": "k"}}
	} else {
		e["value"] = pick("1", "2", "3")
	}
	return e
}

func unique(items l, key string) l {
	seen := map[interface{}]bool{}
	out := l{}
	for _, item := range items {
		k := item.(m)[key]
		if !seen[k] {
			seen[k] = true
			out = append(out, item)
		}
	}
	return out
}

func many(most int, make func() m, key string) l {
	out := l{}
	for n := r.Intn(most + 1); n > 0; n-- {
		out = append(out, make())
	}
	return unique(out, key)
}

func port() m {
	p := m{"containerPort": int64(pickInt(80, 81, 8080)), "protocol": "TCP"}
	if chance(0.3) {
		p["name"] = pick("http", "web")
	}
	return p
}

func pickInt(numbers ...int) int { return numbers[r.Intn(len(numbers))] }

func container() m {
	c := m{"name": pick("api", "side", "log", "proxy"), "image": "x:" + pick("v1", "v2", "v3")}
	if chance(0.7) {
		c["env"] = many(4, env, "name")
	}
	if chance(0.5) {
		c["ports"] = many(2, port, "containerPort")
	}
	if chance(0.4) {
		c["args"] = l{pick("a", "b"), pick("c", "d")}
	}
	if chance(0.4) {
		c["volumeMounts"] = many(2, func() m { return m{"name": pick("v", "w"), "mountPath": pick("/a", "/b")} }, "mountPath")
	}
	if chance(0.4) {
		c["resources"] = m{"limits": m{"cpu": pick("1", "2")}}
	}
	return c
}

func volume() m {
	v := m{"name": pick("v", "w", "x")}
	switch r.Intn(3) {
	case 0:
		v["emptyDir"] = m{}
	case 1:
		v["configMap"] = m{"name": pick("c", "d")}
	default:
		v["secret"] = m{"secretName": pick("c", "d")}
	}
	return v
}

func labels() m {
	out := m{}
	for n := r.Intn(3); n >= 0; n-- {
		out[pick("app", "tier", "x/y")] = pick("1", "2")
	}
	return out
}

func deployment() m {
	meta := m{"name": "web", "namespace": "shop"}
	if chance(0.7) {
		meta["labels"] = labels()
	}
	if chance(0.5) {
		meta["annotations"] = labels()
	}
	if chance(0.4) {
		meta["finalizers"] = l{pick("a/1", "a/2"), pick("b/1", "b/2")}
	}
	spec := m{"containers": append(l{container()}, many(2, container, "name")...)}
	spec["containers"] = unique(spec["containers"].(l), "name")
	if chance(0.6) {
		spec["volumes"] = many(3, volume, "name")
	}
	if chance(0.4) {
		spec["tolerations"] = many(2, func() m { return m{"key": pick("a", "b"), "operator": "Exists"} }, "key")
	}
	if chance(0.4) {
		spec["nodeSelector"] = labels()
	}
	if chance(0.3) {
		spec["hostAliases"] = many(2, func() m { return m{"ip": pick("1.1.1.1", "2.2.2.2"), "hostnames": l{pick("h", "i")}} }, "ip")
	}
	if chance(0.3) {
		spec["imagePullSecrets"] = many(2, func() m { return m{"name": pick("p", "q", "r")} }, "name")
	}
	out := m{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta,
		"spec": m{
			"selector": m{"matchLabels": m{"app": "web"}},
			"template": m{"metadata": m{"labels": labels()}, "spec": spec},
		},
	}
	if chance(0.7) {
		out["spec"].(m)["replicas"] = int64(r.Intn(5))
	}
	switch r.Intn(4) {
	case 0:
		out["spec"].(m)["strategy"] = m{"type": "Recreate"}
	case 1:
		out["spec"].(m)["strategy"] = m{"type": "RollingUpdate", "rollingUpdate": m{"maxSurge": int64(r.Intn(3))}}
	}
	return out
}

func text(v interface{}) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func parsed(b []byte) interface{} {
	var v interface{}
	if err := json.Unmarshal(b, &v); err != nil {
		panic(err)
	}
	return v
}

// Somebody's own patch, with directives as the documentation has them.
func handmade() m {
	spec := m{}
	cs := l{}
	for _, name := range []string{"api", "side", "log", "proxy"} {
		switch r.Intn(7) {
		case 0:
			cs = append(cs, m{"$patch": "delete", "name": name})
		case 1:
			c := m{"name": name, "image": "y:" + pick("v8", "v9")}
			if chance(0.5) {
				c["env"] = l{m{"$patch": "delete", "name": pick("A", "B", "C")}, m{"name": pick("D", "E"), "value": "9"}}
			}
			if chance(0.3) {
				c["env"] = l{m{"$patch": "replace"}, m{"name": "Z", "value": "9"}}
			}
			if chance(0.3) {
				c["args"] = l{"only"}
			}
			if chance(0.3) {
				c["resources"] = m{"$patch": "replace", "requests": m{"cpu": "1"}}
			}
			if chance(0.3) {
				c["ports"] = nil
			}
			cs = append(cs, c)
		}
	}
	if len(cs) > 0 {
		spec["containers"] = cs
	}
	if chance(0.3) {
		spec["volumes"] = l{m{"$retainKeys": l{"name", "emptyDir"}, "name": pick("v", "w", "x"), "emptyDir": m{}}}
	}
	if chance(0.3) {
		spec["nodeSelector"] = m{"$patch": pick("delete", "replace"), "n": "1"}
	}
	if chance(0.3) {
		spec["tolerations"] = l{m{"key": "z", "operator": "Exists"}}
	}
	out := m{"spec": m{"template": m{"spec": spec}}}
	if chance(0.4) {
		out["metadata"] = m{"$deleteFromPrimitiveList/finalizers": l{pick("a/1", "b/1")}, "finalizers": l{pick("c/1", "a/2")}}
	}
	if chance(0.3) {
		out["spec"].(m)["strategy"] = m{"$retainKeys": l{"type"}, "type": "Recreate"}
	}
	return out
}

func emit(kind string, fields m) {
	fields["is"] = kind
	os.Stdout.Write(append(text(fields), '\n'))
}

func strategic(patch []byte, before m) {
	// As the server does it, on maps made of the typed object.
	var d appsv1.Deployment
	if err := json.Unmarshal(text(before), &d); err != nil {
		panic(err)
	}
	original, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&d)
	if err != nil {
		panic(err)
	}
	decoded := m{}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(patch, &decoded); err != nil {
		panic(err)
	}
	after, err := strategicpatch.StrategicMergeMapPatch(original, decoded, appsv1.Deployment{})
	// A new item keeps what was meant to be a directive, with an empty name: no server would accept that.
	if err != nil || bytes.Contains(typed(text(after)), []byte(`":""`)) {
		return
	}
	emit("strategic", m{"before": before, "patch": parsed(patch), "after": parsed(typed(text(after)))})
}

// As the server stores it: fields that the type does not have are dropped.
func typed(b []byte) []byte {
	var d appsv1.Deployment
	if err := json.Unmarshal(b, &d); err != nil {
		panic(err)
	}
	return text(clean(parsed(text(&d))))
}

// What the type writes down for what is not set.
func clean(v interface{}) interface{} {
	d := v.(m)
	delete(d, "status")
	meta := d["spec"].(m)["template"].(m)["metadata"].(m)
	if meta["creationTimestamp"] == nil {
		delete(meta, "creationTimestamp")
	}
	return d
}

func normalized(d m) m { return parsed(typed(text(d))).(m) }

func apply(n int) {
	f := managedfieldstest.NewTestFieldManager(applyconfigurations.NewTypeConverter(scheme.Scheme), schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"})
	for ; n > 0; n-- {
		before := text(f.Live())
		config := deployment()
		object := &unstructured.Unstructured{Object: parsed(text(config)).(m)}
		manager := pick("kubectl", "argo", "flux")
		if chance(0.3) {
			// Somebody edits what is there.
			live := f.Live().DeepCopyObject()
			var d appsv1.Deployment
			b := text(live)
			if err := json.Unmarshal(b, &d); err != nil {
				panic(err)
			}
			replicas := int32(r.Intn(6))
			d.Spec.Replicas = &replicas
			if chance(0.5) && len(d.Spec.Template.Spec.Containers) > 0 {
				d.Spec.Template.Spec.Containers[0].Image = "edited"
				d.Spec.Template.Spec.Containers[0].Env = append(d.Spec.Template.Spec.Containers[0].Env, corev1.EnvVar{Name: "EDITED", Value: "1"})
			}
			d.TypeMeta = metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}
			if len(d.Spec.Template.Spec.Containers) == 0 {
				continue
			}
			u := &unstructured.Unstructured{Object: parsed(typed(text(&d))).(m)}
			_ = f.Update(u, "edit")
			continue
		}
		if err := f.Apply(object, manager, true); err != nil {
			continue
		}
		emit("apply", m{"before": parsed(before), "config": config, "manager": manager, "after": parsed(text(f.Live()))})
	}
}

func operations(d m) l {
	out := l{}
	path := []string{"/spec/replicas", "/metadata/labels/app", "/metadata/annotations/x~1y", "/spec/template/spec/containers/0/image", "/spec/template/spec/containers/-", "/spec/template/spec/containers/0", "/spec/template/spec/containers/1", "/metadata/finalizers/0", "/metadata/finalizers/-", "/spec/template/spec/containers/0/env"}
	for n := r.Intn(3) + 1; n > 0; n-- {
		p := path[r.Intn(len(path))]
		op := m{"op": pick("add", "replace", "remove", "test", "copy", "move"), "path": p}
		switch op["op"] {
		case "copy", "move":
			op["from"] = path[r.Intn(len(path))]
		case "remove":
		default:
			op["value"] = []interface{}{"x", int64(1), m{"name": "new", "image": "i"}, l{}, nil}[r.Intn(5)]
		}
		out = append(out, op)
	}
	return out
}

// The library panics where a path leads through null.
func patched(decoded jsonpatch.Patch, before m) (after interface{}) {
	defer func() { _ = recover() }()
	b, err := decoded.Apply(text(before))
	if err != nil {
		return nil
	}
	return parsed(b)
}

func main() {
	for n := 0; n < 150; n++ {
		before, wanted := normalized(deployment()), normalized(deployment())
		patch, err := strategicpatch.CreateTwoWayMergePatch(text(before), text(wanted), appsv1.Deployment{})
		if err == nil && len(patch) < 100000 {
			strategic(patch, before)
			// The same patch, when somebody was quicker.
			strategic(patch, normalized(deployment()))
		}
		strategic(text(handmade()), before)
	}
	for n := 0; n < 150; n++ {
		before := normalized(deployment())
		if patch, err := jsonpatch.CreateMergePatch(text(before), text(deployment())); err == nil {
			if after, err := jsonpatch.MergePatch(text(before), patch); err == nil {
				emit("merge", m{"before": before, "patch": parsed(patch), "after": parsed(after)})
			}
		}
	}
	for n := 0; n < 1500; n++ {
		before := normalized(deployment())
		ops := operations(before)
		decoded, err := jsonpatch.DecodePatch(text(ops))
		if err != nil {
			continue
		}
		if a, ok := patched(decoded, before).(m); ok {
			emit("json", m{"before": before, "patch": ops, "after": a})
		}
	}
	for n := 0; n < 60; n++ {
		apply(7)
	}
	fmt.Fprintln(os.Stderr, "done")
}
