package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"unicode"

	"tocsin/internal/notify"
)

// mostReply is how much of a server's text is kept, in octets.
const mostReply = 300

// clean is a reply as it is kept: of each part the start, in printable ASCII, and
// without addresses: a server likes to repeat them (RFC 5321 §4.2.1 has examples).
func (r Reply) clean() Reply {
	return Reply{r.Code, keptText(r.Enhanced), keptText(r.Text), keptText(r.Queue)}
}

func keptText(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r >= unicode.MaxASCII || unicode.IsSpace(r) || unicode.IsControl(r) })
	for i, word := range words {
		if strings.Contains(word, "@") {
			words[i] = "..."
		}
	}
	text = strings.Join(words, " ")
	return text[:min(len(text), mostReply)]
}

// sealed commits to texts with a row's salt; a dash where there is nothing to commit to.
func sealed(salt []byte, texts ...string) string {
	if strings.Join(texts, "") == "" {
		return "-"
	}
	seal := notify.NewDigester()
	seal.Add(string(salt))
	seal.Add(texts...)
	return seal.Sum()
}

// What keeps servers' words beside letters, and the digests of what goes out: of many at a
// time, see words.
const (
	keepReplies = `INSERT INTO replies (plan, row, queue, text, wire) SELECT ?, value->>0, value->>1, value->>2, '' FROM json_each(?) WHERE true
		ON CONFLICT DO UPDATE SET queue = excluded.queue, text = excluded.text`
	keepWires = `INSERT INTO replies (plan, row, queue, text, wire) SELECT ?, value->>0, '', '', value->>1 FROM json_each(?) WHERE true
		ON CONFLICT DO UPDATE SET wire = excluded.wire`
)

// words are rows, each with what is kept of it.
type words [][3]any

// add adds what is kept of a row, which is so many texts, or nothing.
func (all words) add(row int, keep []string, n int) words {
	if len(keep) != n {
		return all
	}
	return append(all, [...]any{row, keep[0], keep[n-1]})
}

// keep keeps them in the transaction.
func (l *Ledger) keep(ctx context.Context, tx *sql.Tx, query string, p Stored, all words) error {
	if len(all) == 0 {
		return nil
	}
	list, err := json.Marshal(all)
	if err != nil {
		return err
	}
	keep, err := l.statement(ctx, tx, query)
	if err != nil {
		return err
	}
	_, err = keep.ExecContext(ctx, p.key, string(list))
	return err
}

// keeps reports whether there is something to keep, or of an earlier attempt to be
// overwritten.
func (d Delivery) keeps(texts ...string) bool { return d.Attempts > 1 || strings.Join(texts, "") != "" }
