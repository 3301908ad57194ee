package publish

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Verify hashes every file of the site in the folder dir and compares it with
// manifest.json. It returns what is wrong, a line each, by path: what is missing,
// foreign or different; nothing for a site that is whole. The error is another: there
// is no such site, or it cannot be read.
//
// The manifest is the measure and not itself measured: who can change a file can
// change it too, unless it is signed.
func Verify(dir string) (wrong []string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("verify the site: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	listed := readManifest(root)
	if listed == nil {
		return nil, fmt.Errorf("%s holds no %s of a site: nothing to verify it by", dir, manifestName)
	}
	var mu sync.Mutex
	complain := func(path, what string) {
		mu.Lock()
		defer mu.Unlock()
		wrong = append(wrong, path+" "+what)
	}
	met := map[string]bool{}
	err = walk(root, []string{"."}, func(path string, f found) (enter bool, err error) {
		if f.mode.IsDir() || isOwn(path) && f.mode.IsRegular() {
			return f.mode.IsDir(), nil
		}
		mu.Lock()
		met[path] = true
		mu.Unlock()
		what, err := compare(root, path, f, listed[path])
		if what != "" {
			complain(path, what)
		}
		return false, err
	})
	if err != nil {
		return nil, err // what was not looked at is not missing
	}
	for path := range listed {
		if !met[path] {
			complain(path, "is missing")
		}
	}
	slices.Sort(wrong)
	return wrong, nil
}

// compare says what is wrong with a file that the manifest lists with this SHA-256;
// empty where it does not list it.
func compare(root *os.Root, path string, f found, sum string) (what string, err error) {
	switch {
	case sum == "":
		return "is not in " + manifestName, nil
	case !f.mode.IsRegular():
		return "is not a file", nil
	}
	got, _, err := hashFile(root, path)
	if err != nil {
		return "", fmt.Errorf("verify %s: %w", filepath.Join(root.Name(), path), err)
	}
	if hex.EncodeToString(got[:]) != sum {
		return "differs from " + manifestName, nil
	}
	return "", nil
}
