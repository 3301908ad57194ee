package publish

import "io/fs"

// found is what the system says of a name, as far as a look at a tree goes by it.
type found struct {
	mode  fs.FileMode // type and permissions
	stat  stat
	ctime int64 // of a folder, nanoseconds since 1970; 0 where the system tells none
}

// foundBy is what the system has said of a name.
func foundBy(info fs.FileInfo) found {
	s := stampOf(info)
	return found{info.Mode(), statOf(info), s.ctime}
}

// is reports whether this is a folder or a plain file, with these permissions.
func (f found) is(perm fs.FileMode) bool { return isMode(f.mode, perm) }

// stamp is that of a folder, zero where the system tells too little.
func (f found) stamp() stamp {
	if !f.mode.IsDir() || f.ctime == 0 {
		return stamp{}
	}
	return stamp{f.stat.inode, f.stat.mtime, f.ctime}
}

// open reports whether a folder can be read and its names looked at.
func (f found) open() bool { return f.mode.IsDir() && f.mode.Perm()&0o500 == 0o500 }
