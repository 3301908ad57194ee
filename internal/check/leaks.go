package check

import (
	"fmt"
	"slices"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/source"
)

// inPublic reports what nobody may see yet in a repository that everybody can read. A
// draft's being a draft is the fault, so it is an error in any state (F57).
func inPublic(c *Checker, n *notice) source.Problems {
	if !c.Config.Public || n.Embargoed || n.public() || n.Status == "" {
		return nil
	}
	what := "a draft"
	if n.Status == bulletin.Private {
		what = "told by letter only"
	}
	return source.Problems{n.problem(n.Places.Of("status"), "draft-in-public",
		what+", in a repository that everybody can read", movedOut)}
}

const movedOut = "move the file to the drafts root (drafts: in tocsin.yaml), and take it out of the history of git too"

// tracked reports private files that git tracks: whoever can read the repository, or
// ever could, has them (F53).
func tracked(c *Checker) source.Problems {
	at := c.Config.Source.At(1, 0)
	if c.Untold {
		return source.Problems{{
			Position: at, Level: source.Note, Code: "tracked-unknown",
			Message: "not checked: whether git tracks a private file, since there is no git to ask", Hint: "install git, then check again",
		}}
	}
	var problems source.Problems
	for _, name := range c.Tracked {
		problems = append(problems, source.Problem{
			Position: at, Code: "tracked-private",
			Message: fmt.Sprintf("git tracks the private file %q", name),
			Hint:    "git rm --cached takes it out of the next commit; those that hold it have to be rewritten, and its keys and secrets replaced",
		})
	}
	return problems
}

// unreadDraft reports a file that says it is a draft and cannot be read, in a
// repository that everybody can read.
func (c *Checker) unreadDraft(e content.Entry) source.Problems {
	draft := slices.ContainsFunc(e.Problems, func(f source.Problem) bool { return f.Softened })
	if !c.Config.Public || e.Bulletin.Embargoed || !draft {
		return nil
	}
	return source.Problems{{
		Position: source.Position{File: e.Bulletin.Source.Name}, Code: "draft-in-public",
		Message: "a draft, in a repository that everybody can read", Hint: movedOut,
	}}
}
