package cli

import (
	"errors"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/address"
	"tocsin/internal/content"
	"tocsin/internal/source"
)

func (p *program) newPolicy() *cobra.Command {
	var title string
	c := &cobra.Command{
		Use:   "policy SLUG",
		Short: "Begin a policy page",
		Args:  exactly("SLUG"),
		RunE:  func(_ *cobra.Command, args []string) error { return p.runNewPolicy(args[0], title) },
	}
	c.Flags().StringVar(&title, "title", "", "the `name` of the policy")
	return c
}

func (p *program) runNewPolicy(slug, title string) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	if err := address.ValidSlug(slug); err != nil {
		return &refusal{exitUsage, err.Error(), "small letters, digits and hyphens, such as patch-management"}
	}
	if other, taken := s.content.Policy(slug); taken {
		return refuse("edit it, or choose another slug", "the slug %q is already used by %s", slug, other.Source.Name)
	}
	if title == "" {
		title = strings.ToUpper(slug[:1]) + strings.ReplaceAll(slug[1:], "-", " ")
	}
	data, err := policyPage(slug, title, s.now.Format("2006-01-02"))
	if err != nil {
		return err
	}
	name := path.Join(content.PolicyFolder, slug+".md")
	if err := s.create(name, data, 0o644); err != nil {
		return err
	}
	p.print("%s", filepath.Join(p.dir, filepath.FromSlash(name)))
	p.say("every policy page is published: the next build shows it to everybody")
	p.next("tocsin check")
	return nil
}

// policyPage is the file that a policy begins as.
func policyPage(slug, title, day string) ([]byte, error) {
	e, err := content.NewEditor(source.File{Name: slug + ".md", Data: []byte(emptyPolicy)})
	if err != nil {
		return nil, err
	}
	err = errors.Join(e.Set(title, "title"), e.Set(slug, "slug"), e.Set(day, "last_updated"))
	return e.Bytes(), err
}

// emptyPolicy has the six keys of a policy page. All of it can be read by everybody,
// so it promises nothing yet.
const emptyPolicy = `---
title: Policy
# Its folder on the website.
slug: policy
policy: true
faq: false
# Its place in the list of policies; equal weights go by title.
weight: 100
# The day of the last review.
last_updated: 2026-01-01
---

This policy is being written.

### Scope

What this policy applies to will be said here.

### What we do

What we promise, and when, will be said here.
`
