package private

import (
	"errors"
	"os"
)

// Scratch makes an empty file in a folder for as long as it is open. It has no name, so
// nobody else can open it, and nothing is left of it when this program ends, however it
// ends. A folder that is not there is made, for its owner alone.
func Scratch(folder string) (*os.File, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(folder, ".scratch-") // mode 0600
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
