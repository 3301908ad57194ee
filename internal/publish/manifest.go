package publish

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// manifest is manifest.json: path → SHA-256 in hexadecimal, of every file but the
// manifest itself and .gitignore.
type manifest struct {
	Files map[string]string `json:"files"`
}

func encodeManifest(sums map[string]string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a & in a path stays a &
	e.SetIndent("", "  ")
	if err := e.Encode(manifest{sums}); err != nil {
		return nil, fmt.Errorf("encode %s: %w", manifestName, err)
	}
	return b.Bytes(), nil
}

// isOurs reports whether a tree holds a manifest as we write it. The name alone
// proves nothing: web apps have a manifest.json of their own.
func isOurs(root *os.Root) bool {
	data, err := root.ReadFile(manifestName)
	if err != nil {
		return false
	}
	var m manifest
	return json.Unmarshal(data, &m) == nil && m.Files != nil
}
