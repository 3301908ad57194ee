// Package content holds the sample organisation, Example Networks: its policies
// and its bulletins, as a security team would keep them in its own repository.
//
// Example Networks does not exist, and neither does anything that its bulletins
// tell of. The files are what a new site begins with, what the documentation
// shows, and a model of how a bulletin should read.
package content

import (
	"embed"
	"io/fs"
)

//go:embed bulletins policies
var files embed.FS

// Files are the folders bulletins and policies of the sample organisation.
func Files() fs.FS { return files }
