package publish

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"unicode/utf8"
)

// manifest is manifest.json: path → SHA-256 in hexadecimal, of every file but the
// manifest itself and .gitignore.
type manifest struct {
	Files map[string]string `json:"files"`
}

// encodeManifest writes what encoding/json would write of the files, which are
// sorted by path, in a tenth of the time.
func encodeManifest(files []file) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, 128*(len(files)+1)))
	b.WriteString("{\n  \"files\": {")
	separator := "\n    "
	for i := range files {
		f := &files[i]
		if isOwn(f.path) {
			continue
		}
		b.WriteString(separator)
		if err := quote(b, f.path); err != nil {
			return nil, fmt.Errorf("encode %s: %w", manifestName, err)
		}
		b.WriteString(`: "`)
		b.Write(hex.AppendEncode(b.AvailableBuffer(), f.sum[:]))
		b.WriteByte('"')
		separator = ",\n    "
	}
	if separator[0] == ',' {
		b.WriteString("\n  ")
	}
	b.WriteString("}\n}\n")
	return b.Bytes(), nil
}

// quote writes a path as JSON. Control characters and backslashes never come here;
// of what is left JSON escapes the quotation mark, and encoding/json two separators
// of lines that JavaScript once stumbled over.
func quote(b *bytes.Buffer, path string) error {
	if isPlain(path) {
		b.WriteByte('"')
		b.WriteString(path)
		b.WriteByte('"')
		return nil
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false) // a & in a path stays a &
	err := e.Encode(path)
	b.Truncate(b.Len() - 1) // the encoder ends with a line feed
	return err
}

func isPlain(path string) bool {
	for i := range len(path) {
		if path[i] == '"' || path[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// readManifest is nil where the tree holds no manifest as we write it. The name
// alone proves nothing: web apps have a manifest.json of their own.
func readManifest(root *os.Root) map[string]string {
	data, err := root.ReadFile(manifestName)
	if err != nil {
		return nil
	}
	var m manifest
	if json.Unmarshal(data, &m) != nil {
		return nil
	}
	return m.Files
}
