package approval

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// options are those of a line of allowed signers.
type options struct {
	namespaces    string // patterns, joined by commas
	after, before time.Time
}

// parseOptions reads the options that a rest of a line begins with, and returns the rest
// after them. Names of options are the same in capitals; a value stands in double quotes.
func parseOptions(line string) (o options, rest string, err error) {
	o.namespaces = "*"
	seen := make(map[string]bool)
	for {
		name := line[:len(line)-len(strings.TrimLeft(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"))]
		line = line[len(name):]
		value := ""
		if after, has := strings.CutPrefix(line, `="`); has {
			end := strings.IndexByte(after, '"')
			if end < 0 {
				return o, "", fmt.Errorf("the value of %s is not closed by a double quote", name)
			}
			value, line = after[:end], after[end+1:]
		}
		if strings.HasPrefix(line, "=") {
			return o, "", fmt.Errorf("the value of %s does not stand in double quotes", name)
		}
		name = strings.ToLower(name)
		if seen[name] {
			return o, "", fmt.Errorf("%s stands twice in it", name)
		}
		seen[name] = true
		if err := o.set(name, value); err != nil {
			return o, "", err
		}
		if line == "" || line[0] == ' ' || line[0] == '\t' {
			return o, strings.TrimLeft(line, " \t"), o.check()
		}
		if line[0] != ',' {
			return o, "", fmt.Errorf("after %s stands neither a comma nor a key", name)
		}
		line = line[1:]
	}
}

func (o *options) set(name, value string) (err error) {
	switch name {
	case "namespaces":
		if o.namespaces = value; value == "" {
			err = errors.New(`namespaces names none: write namespaces="` + Namespace + `"`)
		}
	case "valid-after":
		o.after, err = optionTime(name, value)
	case "valid-before":
		o.before, err = optionTime(name, value)
	case "cert-authority":
		err = errors.New("cert-authority is not taken: certificates could name anybody, so name each key")
	case "":
		err = errors.New("there is no key in it, such as ssh-ed25519 AAAA…")
	default:
		err = fmt.Errorf("there is no option %q, and no such type of key", name)
	}
	return err
}

func (o *options) check() error {
	if !o.after.IsZero() && !o.before.IsZero() && !o.before.After(o.after) {
		return errors.New("valid-before is not later than valid-after")
	}
	return nil
}

var timeForm = regexp.MustCompile(`^(\d{8})(\d{4}|\d{6})?(Z)?$`)

// optionTime reads a time as ssh-keygen has it, YYYYMMDD[HHMM[SS]]Z. Without the Z it would be
// another instant on each machine.
func optionTime(name, value string) (time.Time, error) {
	parts := timeForm.FindStringSubmatch(value)
	if parts == nil {
		return time.Time{}, fmt.Errorf("%s=%q is no time such as 20261231Z or 202612312359Z", name, value)
	}
	if parts[3] == "" {
		return time.Time{}, fmt.Errorf("%s=%q is another instant in every zone: write %sZ, for UTC", name, value, value)
	}
	at, err := time.Parse("20060102150405", parts[1]+parts[2]+strings.Repeat("0", 6-len(parts[2])))
	if err != nil {
		return at, fmt.Errorf("%s=%q is no day or hour that there is", name, value)
	}
	return at, nil
}
