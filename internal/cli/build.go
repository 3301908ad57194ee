package cli

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/publish"
	"tocsin/internal/publish/feed"
	pages "tocsin/internal/publish/site"
	"tocsin/internal/source"
)

func (p *program) build() *cobra.Command {
	return &cobra.Command{
		Use:   "build",
		Short: "Check, then write the website to public/ in one step",
		Args:  exactly(),
		RunE:  func(c *cobra.Command, _ []string) error { return p.runBuild(c.Context()) },
	}
}

func (p *program) runBuild(ctx context.Context) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	if s.stops() {
		return &undone{s.problems, "nothing was built: public/ is as it was", "mend the errors, then tocsin build"}
	}
	p.problems(p.Stderr, slices.DeleteFunc(slices.Clone(s.problems), func(f source.Problem) bool { return f.Level == source.Note }))
	report, err := publish.Write(s.public(), s.state(), s.files(ctx))
	if err != nil {
		return err
	}
	p.print("wrote %s to %s: %s and %s", many(report.Files, "file"), s.public(),
		many(len(s.published()), "bulletin"), policies(len(s.content.Policies)))
	return nil
}

// stops reports whether an error keeps the site from being built. A policy page is
// published whatever the rules make of it: what they can no longer judge has errors of
// its own.
func (s *site) stops() bool {
	return slices.ContainsFunc(s.problems, func(f source.Problem) bool {
		return f.Level == source.Error && f.Code != "quote-missing"
	})
}

// files is the whole website: its pages, then its feed. Who interrupts gets the
// old site.
func (s *site) files(ctx context.Context) iter.Seq2[publish.File, error] {
	return func(yield func(publish.File, error) bool) {
		for f, err := range pages.Pages(s.pages(), s.published()) {
			if !yield(f, errors.Join(err, ctx.Err())) {
				return
			}
		}
		yield(s.feed())
	}
}

// pages is what the website's pages are made of.
func (s *site) pages() pages.Site {
	return pages.Site{
		Organization: s.config.Organization.Name,
		Contact:      s.config.Organization.Contact,
		Language:     language,
		Units:        s.config.Organization.Unit.Many,
		Layout:       s.config.Layout,
		Products:     s.config.Products,
		Rules:        s.rules,
		Policies:     s.content.Policies,
		Index:        s.content.Index,
		Templates:    s.templates,
	}
}

// language is what the templates' own words are written in.
const language = "en"

func (s *site) feed() (publish.File, error) {
	layout := s.config.Layout
	var entries []feed.Entry
	for _, b := range s.published() {
		e, err := s.entry(b)
		if err != nil {
			return publish.File{}, err
		}
		entries = append(entries, e)
	}
	data, err := feed.RSS(feed.Channel{
		Title:       s.config.Organization.Name + " security bulletins",
		Description: "Security bulletins of " + s.config.Organization.Name,
		Link:        layout.URL(layout.Bulletins()),
		Self:        layout.URL(layout.Feed()),
		Language:    language,
	}, entries)
	return publish.File{Path: layout.Feed().File(), Data: data}, err
}

func (s *site) entry(b bulletin.Published) (feed.Entry, error) {
	layout := s.config.Layout
	body, err := pages.BodyHTML(b, layout)
	return feed.Entry{Bulletin: b, URL: layout.URL(layout.Bulletin(string(b.Bulletin().ID))), ContentHTML: body}, err
}
