package cli

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"tocsin/internal/content"
	"tocsin/internal/release"
	"tocsin/internal/source"
)

// fixSettings mends tocsin.yaml, without which nothing else can be read.
func (p *program) fixSettings(how checking, only selection) (err error) {
	if !only.holds(content.ConfigFile) {
		return nil
	}
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	data, err := fs.ReadFile(root.FS(), content.ConfigFile)
	if errors.Is(err, fs.ErrNotExist) {
		return content.ErrNoSite
	}
	if err != nil {
		return err
	}
	was, err := surveySettings(root.FS(), data)
	if err != nil {
		return err
	}
	offered := slices.DeleteFunc(slices.Clone(was.problems), func(f source.Problem) bool { return len(f.Fix) == 0 })
	m := apply(content.ConfigFile, data, offered)
	if len(m.applied) == 0 {
		return nil
	}
	is, err := surveySettings(root.FS(), m.after)
	if err != nil {
		return err
	}
	if !m.mends(was, is) {
		p.leftAlone(m)
		return nil
	}
	return p.keep(how, []mended{m})
}

// surveySettings reads settings as if tocsin.yaml held these bytes.
func surveySettings(tree fs.FS, data []byte) (surveyed, error) {
	_, problems, err := content.ReadConfig(release.Over(tree, map[string][]byte{content.ConfigFile: data}))
	return surveyed{
		problems: problems,
		readable: map[string]bool{content.ConfigFile: true},
		misread:  map[string]bool{content.ConfigFile: slices.ContainsFunc(problems, grave)},
	}, err
}
