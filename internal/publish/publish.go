// Package publish writes the files of a site, all of them or none.
//
// It is the contract of the publishing wing: whoever makes pages, feeds or any
// other format hands a [File] to a [Writer], which puts the files on disk. A reader
// of the site, and a machine that dies at any moment, sees the whole old site or the
// whole new one. There are two trees: public/ is live, .tocsin/standby is made into
// the next site, and then they change places.
//
//	Begin    lock          .tocsin/build.lock
//	         clear away    what killed builds left in .tocsin
//	         look          at every file of public/: is it as .tocsin/tree remembers it?
//	Add      compare       the bytes, or their SHA-256, with the file that is live
//	         write         what differs, as a new file, into the standby
//	Finish   manifest      the SHA-256 of every file, one more file of the site
//	         settle        the standby: unchanged files are hard links to the live
//	                       ones, and what the new site does not have goes
//	         sync          the standby
//	         exchange      the standby and public/, in one step of the file system
//	         remember      path, SHA-256, size, time and inode of what is live now;
//	                       in .tocsin/standby.known, in what the standby differs
//
// The trees share every file that did not change, so that it keeps its inode and its
// time over builds, and a build costs what has changed. Therefore no file is ever
// opened for writing: a changed one is a new file under the old name. A build that
// changes nothing opens no standby and exchanges nothing; the first one has no live
// tree, so its standby becomes public/ itself; the second makes a new standby, all of
// links.
//
// What is remembered is a hint and no more. A file of public/ that was edited,
// replaced by a link, given another mode or removed is written anew; what lies there
// and was never given to us goes. A standby is believed even less: of what a killed
// build left there only hard links to live files are kept.
//
// A build that changes one page of many looks at each file and folder once and reads
// none. A folder whose inode and both times are as remembered has the names it had: of
// the live tree its files are looked at, of the standby nothing more. What is known of
// the standby is removed before the standby is touched and written anew at the end, so
// that a killed build leaves none and the next one walks everything; it is not believed
// either where any folder there, or any file of public/, is not as it was. Other systems
// than Linux tell no second time, and walk.
//
// Both trees are held open by an [os.Root], from which no name and no link leads out. Linux looks
// and writes past it, since a Root goes through every folder of a path in calls of its own. A look
// is fstatat from the root of the tree: it does not follow a link under the name itself, and what
// it sees behind one in the place of a folder is dropped, because each folder is looked at too. A
// new file is opened by openat2 with RESOLVE_BENEATH and no links at all, so the kernel keeps the
// path in the tree. Where the kernel will not have that (it is older than 5.6, a sandbox forbids
// the call, something stands in the way), the Root makes the file, or says what is wrong. Reading
// a file and removing one are left to the Root; so is, on other systems, everything but looks,
// links and syncing, which go by the path there.
//
// manifest.json lists the SHA-256 of every file and marks the tree as ours: a
// folder with files but no such manifest is never touched. Of what is not ours only
// .gitignore is kept. [Verify] compares a tree with its manifest.
package publish

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// File is one file of the site.
type File struct {
	Path string // slash-separated, relative to the root of the site
	Data []byte
	// Sum is the SHA-256 of the file. It can be left out where Data is there.
	// Sum and Again stand in for Data where the file is as it was at the last build: Again
	// is how to make it where the tree turns out not to hold it any more. Where Again is
	// nil, Data is the file.
	Sum   [32]byte
	Again func() ([]byte, error)
}

// Report tells what a build wrote. Files and Bytes count the site without
// manifest.json and .gitignore, which are the writer's own.
type Report struct {
	Files   int
	Bytes   int64
	Changed []Change // by path; what a copy of the site elsewhere lacks
}

// Change is a file in which the new site differs from the one that stood there,
// manifest.json included. A file that somebody touched, and that was put right,
// counts as changed.
type Change struct {
	Path string
	Kind Kind
}

// Kind is what became of a file.
type Kind string

// What a copy has to upload, upload and delete.
const (
	New     Kind = "new"
	Changed Kind = "changed"
	Gone    Kind = "gone"
)

// ForeignError refuses to replace what tocsin did not write: the site's folder, or a repository
// of git in it.
type ForeignError struct{ Dir string }

// Error names the folder.
func (e *ForeignError) Error() string {
	return e.Dir + " holds files that tocsin did not write"
}

// Write makes files the whole content of the folder dir: it is [Begin], [Writer.Add]
// and [Writer.Finish] over a sequence, and its errors are theirs. An error that files
// yields comes back wrapped.
func Write(dir, state string, files iter.Seq2[File, error]) (Report, error) {
	return siteAt(dir, state).write(files)
}

func (s site) write(files iter.Seq2[File, error]) (Report, error) {
	w, err := s.begin()
	if err != nil {
		return Report{}, err
	}
	for f, err := range files {
		if err != nil {
			err = fmt.Errorf("make the site: %w", err)
		} else {
			err = w.Add(f)
		}
		if err != nil {
			return Report{}, errors.Join(err, w.Abandon())
		}
	}
	return w.Finish()
}

// site is where a site stands and how its folders change places and share files;
// tests put other file systems, and deaths, in place of the calls.
type site struct {
	dir, state string
	exchange   func(a, b string) error
	rename     func(from, to string) error
	link       func(from, to *os.Root, path string) error
}

func siteAt(dir, state string) site {
	return site{filepath.Clean(dir), filepath.Clean(state), exchange, os.Rename, hardLink}
}

// checkApart makes sure that the swap can move one folder without the other.
func (s site) checkApart() error {
	dir, err := filepath.Abs(s.dir)
	if err != nil {
		return fmt.Errorf("find %s: %w", s.dir, err)
	}
	state, err := filepath.Abs(s.state)
	if err != nil {
		return fmt.Errorf("find %s: %w", s.state, err)
	}
	if within(dir, state) || within(state, dir) {
		return fmt.Errorf("%s and %s lie one in the other: build state belongs beside the site", s.dir, s.state)
	}
	return nil
}

func within(outer, inner string) bool {
	path, err := filepath.Rel(outer, inner)
	return err == nil && path != ".." && !strings.HasPrefix(path, ".."+string(filepath.Separator))
}
