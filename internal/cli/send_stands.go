package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/send"
	"tocsin/internal/source"
)

// inputsNow digests what the letters of a plan would be made from at the moment in which it is
// asked: who types the plan's name may have taken hours.
func (p *program) inputsNow(plan notify.Plan) func() (notify.Inputs, error) {
	return func() (notify.Inputs, error) {
		s, err := p.open()
		if err != nil {
			return nil, err
		}
		b, err := s.bulletin(string(plan.ID.Bulletin))
		if err != nil {
			return nil, err
		}
		return s.inputs(b, plan)
	}
}

// lookout looks while a run is at work whether its plan still stands: whether the bulletin has the
// status that it had, and whether the same people must approve. It reads no more than that needs.
type lookout struct {
	*program
	site   *site
	plan   ledger.Stored
	unread time.Time // since when somebody's files cannot be read; zero: they could be
	now    func() time.Time
}

// unreadFor is how long a run goes on by what it read last. An editor that saves a file takes an
// instant for it; a file that is gone for longer is one that somebody took away.
const unreadFor = time.Minute

// look is what [send.Run] asks.
func (l *lookout) look(context.Context) error {
	b, inputs, err := l.read()
	if err != nil {
		return l.blind(err)
	}
	l.unread = time.Time{}
	if changed, _ := send.Lasting(l.plan.Inputs.Drift(inputs)); len(changed) > 0 {
		return fallen(l.plan, b, changed)
	}
	return nil
}

// blind goes on for a while where nobody can tell whether a plan still stands.
func (l *lookout) blind(err error) error {
	now := l.now()
	if l.unread.IsZero() {
		l.unread = now
	}
	if now.Sub(l.unread) < unreadFor {
		return nil
	}
	return refuse("mend that, then "+sendOf(l.plan.Plan), "nobody can tell any more whether %s still stands, and no further letter of it goes: %s", l.plan.ID, refusalOf(err).what)
}

// fallen says why a run ends before its last letter.
func fallen(plan ledger.Stored, b bulletin.Bulletin, changed []string) error {
	if b.Status == bulletin.Withdrawn && slices.Contains(changed, notify.StatusInput) {
		return refuse("tocsin status "+string(b.ID), "%s was withdrawn meanwhile: no further letter of %s goes", b.ID, plan.ID)
	}
	return refuse("tocsin plan "+string(plan.ID.Bulletin), "changed meanwhile: %s; no further letter of %s goes", strings.Join(changed, ", "), plan.ID)
}

// read is what counts of the bulletin and the settings, as their files are now.
func (l *lookout) read() (bulletin.Bulletin, notify.Inputs, error) {
	settings, err := l.settings()
	if err != nil {
		return bulletin.Bulletin{}, nil, err
	}
	s := *l.site
	s.config = settings.config
	if _, _, err := s.terms(s.transport()); err != nil {
		return bulletin.Bulletin{}, nil, err // the signers may be in an editor, too
	}
	b, err := s.reread(l.plan.ID.Bulletin)
	if err != nil {
		return b, nil, err
	}
	inputs, err := s.inputs(b, l.plan.Plan)
	return b, inputs, err
}

// reread reads one bulletin again, which may have been released meanwhile, and stand elsewhere.
func (s *site) reread(id bulletin.ID) (b bulletin.Bulletin, err error) {
	for _, name := range s.filesOf(string(id)) {
		var data []byte
		if data, err = os.ReadFile(s.path(name)); err != nil {
			continue
		}
		editor, err := content.NewEditor(source.File{Name: name, Data: data})
		if err != nil {
			return b, err
		}
		if e := editor.Entry(); e.Readable && e.Bulletin.ID == id {
			return e.Bulletin, nil
		}
		return b, fmt.Errorf("%s cannot be read", name)
	}
	return b, err
}

// edited says, once, that a plan's letters are not what they would be if they were written now,
// and that they go all the same.
func (p *program) edited(plan ledger.Stored) func(changed []string) {
	said := ""
	return func(changed []string) {
		names := strings.Join(changed, ", ")
		if names == said {
			return
		}
		said = names
		p.say("changed since %s was made: %s. Letters of it are out: the others go as they were approved", plan.ID, names)
		p.next("or stop here: tocsin plan %s writes to those that are left instead", plan.ID.Bulletin)
	}
}

// sayEdited says it before anybody agrees to anything.
func (s *site) sayEdited(d send.Dispatch, before ledger.Account) error {
	if before.Letters[ledger.Accepted] == 0 {
		return nil // then it is refused
	}
	b, err := s.bulletin(string(d.Plan.ID.Bulletin))
	if err != nil {
		return err
	}
	current, err := s.inputs(b, d.Plan.Plan)
	if err != nil {
		return err
	}
	if _, changed := send.Lasting(d.Plan.Inputs.Drift(current)); len(changed) > 0 {
		d.Edited(changed)
	}
	return nil
}
