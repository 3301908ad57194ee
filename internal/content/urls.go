package content

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/internal/address"
	"tocsin/internal/source"
)

// AddressFile holds every address that the site has published, so that none disappears
// without a word. Builds add to it, people say what became of an address, git keeps it:
//
//	/security-policies/backups/
//	/security-policies/old/ -> /security-policies/new/
//	/security-policies/older/ gone: We no longer offer this service.
//
// Empty lines and lines that begin with # are people's.
const AddressFile = "urls.lock"

const (
	maxAddressFile = 16 << 20 // octets: room for 300,000 addresses
	maxReason      = 500      // characters of a reason
)

// Addresses is what [AddressFile] says; nothing where there is none.
type Addresses struct {
	Source source.File
	Lines  []Address      // in the order of the file
	at     map[string]int // the number of a line, by its address in small letters, without the first slash
}

// Names reports whether a line names the page that a file of the output tree is (see
// [address.PageOf]): a build asks it of every file, and nearly all are named.
func (a Addresses) Names(file string) bool {
	path := strings.TrimSuffix(file, "index.html")
	if path != "" && len(path) < len(file) && path[len(path)-1] != '/' {
		path = file
	}
	i, found := a.at[strings.ToLower(path)]
	return found && a.Lines[i].From[1:] == address.Page(path)
}

// Address is one line of [AddressFile]. Where neither moved nor gone, its page stands.
type Address struct {
	address.Move
	Line, Column int    // Column is where the destination or the reason begins; 1 where there is none
	Text         string // the line as it is written
	above        int    // the first line of the comment that stands right above it; its own where there is none
}

// Stands reports whether the page is still to be found at its own address.
func (a Address) Stands() bool { return a.To == "" && a.Reason == "" }

// Moves lists what moved or is gone, sorted by address. Where one move leads to another,
// the first already leads to the end; where they lead in a circle, to nothing, they are left out.
func (a Addresses) Moves() []address.Move {
	var moves []address.Move
	ends := arrivals(a.next())
	for _, line := range a.Lines {
		if end := ends[line.From]; end != "" || line.Reason != "" {
			moves = append(moves, address.Move{From: line.From, To: end, Reason: line.Reason})
		}
	}
	slices.SortFunc(moves, func(a, b address.Move) int { return strings.Compare(string(a.From), string(b.From)) })
	return moves
}

// next is where each page that moved leads.
func (a Addresses) next() map[address.Page]string {
	to := make(map[address.Page]string)
	for _, line := range a.Lines {
		if line.To != "" {
			to[line.From] = line.To
		}
	}
	return to
}

// arrivals are where each page that moved leads at last, from move to move; empty where that never
// ends. Every move is walked once, however long the way.
func arrivals(next map[address.Page]string) map[address.Page]string {
	ends := make(map[address.Page]string, len(next))
	for from := range next {
		var walked []address.Page
		end, met := "", false
		for at := from; ; {
			if end, met = ends[at]; met { // empty also where this very walk has been: a circle
				break
			}
			ends[at] = ""
			walked = append(walked, at)
			page, _, _ := strings.Cut(next[at], "#")
			if _, moved := next[address.Page(page)]; !moved {
				end = next[at]
				break
			}
			at = address.Page(page)
		}
		for _, at := range walked {
			ends[at] = end
		}
	}
	return ends
}

// With is the file with pages added that it does not name, and those pages, sorted; nil
// where it names them all. It changes no line that is there: a new one comes before the
// first line that sorts behind it.
func (a Addresses) With(pages []address.Page) (data []byte, added []address.Page) {
	if len(pages) == 0 {
		return nil, nil
	}
	known := make(map[address.Page]bool, len(a.Lines))
	for _, line := range a.Lines {
		known[line.From] = true
	}
	for _, p := range pages {
		if !known[p] {
			known[p] = true
			added = append(added, p)
		}
	}
	if len(added) == 0 {
		return nil, nil
	}
	slices.Sort(added)
	return a.insert(added), added
}

// preface begins the file of a site that had none.
const preface = `# Every address that this site has published. tocsin build adds new ones: commit them.
# Where a page moved, write  /old/ -> /new/  and where it is gone, /old/ gone: why

`

// insert puts sorted pages among the lines, each before the first that sorts behind it
// and before the comment right above that one.
func (a Addresses) insert(pages []address.Page) []byte {
	text := cmp.Or(string(a.Source.Data), preface)
	end := lineEnd(text)
	if !strings.HasSuffix(text, "\n") {
		text += end
	}
	lines := slices.Collect(strings.Lines(text))
	var b strings.Builder
	written := 0
	put := func(upTo, many int) {
		b.WriteString(strings.Join(lines[written:upTo], ""))
		for _, p := range pages[:many] {
			b.WriteString(string(p) + end)
		}
		written, pages = upTo, pages[many:]
	}
	last := len(lines)
	for _, line := range a.Lines {
		smaller, _ := slices.BinarySearch(pages, line.From)
		put(line.above-1, smaller)
		last = line.Line
	}
	put(last, len(pages))
	put(len(lines), 0)
	return []byte(b.String())
}

// lineEnd is how the first line of a text ends.
func lineEnd(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	if strings.HasSuffix(first, "\r") {
		return "\r\n"
	}
	return "\n"
}

// ParseAddresses reads the file. The addresses are those of the lines that can be read.
func ParseAddresses(file source.File) (Addresses, source.Problems) {
	if problems := scanText(file); len(problems) > 0 {
		return Addresses{Source: file}, problems
	}
	text := string(file.Data)
	most := strings.Count(text, "\n") + 1
	r := addressReader{found: Addresses{Source: file, Lines: make([]Address, 0, most)}, seen: make(map[string]int, most)}
	for line := range strings.Lines(text) {
		r.number++
		r.line(strings.TrimRight(line, "\r\n"))
	}
	r.circles()
	r.found.at = r.seen
	return r.found, r.problems
}

// addressReader reads one line after the other.
type addressReader struct {
	found    Addresses
	problems source.Problems
	seen     map[string]int // the number of an address among the lines, by its small letters without the first slash
	number   int
	comment  int // the first line of the comment that stands above; 0 where there is none
}

func (r *addressReader) line(text string) {
	switch {
	case strings.HasPrefix(text, "#"):
		if r.comment == 0 {
			r.comment = r.number
		}
		return
	case strings.TrimSpace(text) != "":
		r.address(text)
	}
	r.comment = 0
}

// address reads a line that names one.
func (r *addressReader) address(text string) {
	a := Address{Line: r.number, Column: 1, Text: text, above: r.number}
	if r.comment > 0 {
		a.above = r.comment
	}
	path, rest, _ := strings.Cut(text, " ")
	page, err := parseKept(path)
	switch {
	case conflict(text):
		r.report(a, "bad-address", "a merge stopped here, and nobody ended it", "keep the lines of both sides, and remove the marks")
	case path == "":
		r.report(a, "bad-address", "the line begins with a blank", "remove it")
	case err != nil:
		r.report(a, "bad-address", fmt.Sprintf("the address %q: %v", path, err), "an address is a path of this site, such as /security-policies/backups/")
	default:
		a.From = page
		if err := a.became(rest); err != nil {
			r.report(a, "bad-address", err.Error(), fmt.Sprintf("write %s, or %s -> /new/, or %s gone: why", page, page, page))
			return
		}
		r.keep(a)
	}
}

// parseKept is [address.ParseKept], which need not be asked of what builds write.
func parseKept(path string) (address.Page, error) {
	if plainAddress(path) {
		return address.Page(path), nil
	}
	return address.ParseKept(path)
}

// plainAddress reports whether an address is surely one: that of a folder, the names made of
// small letters, digits and hyphens, and none so short that Windows may take it for a device.
func plainAddress(path string) bool {
	if len(path) < 2 || len(path) > 200 || path[0] != '/' || strings.HasPrefix(path, "/static/") {
		return false
	}
	name := 0 // octets of it
	for i := 1; i < len(path); i++ {
		switch c := path[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-' && name > 0:
			name++
		case c == '/' && (name > 4 || name > 0 && path[i-name] <= '9') && name <= 64:
			name = 0
		default:
			return false
		}
	}
	return name == 0
}

// conflict tells the marks that git leaves in a file.
func conflict(text string) bool {
	return len(text) >= 7 && slices.Contains([]string{"<<<<<<<", "=======", ">>>>>>>", "|||||||"}, text[:7])
}

// became reads what stands behind the address, and where. Up to there all is ASCII, so
// that octets are columns.
func (a *Address) became(rest string) error {
	rest = strings.TrimLeft(rest, " ")
	if rest == "" {
		return nil
	}
	a.Column = len(a.Text) - len(rest) + 1
	word, value, _ := strings.Cut(rest, " ")
	if word != "->" && word != "gone:" {
		return fmt.Errorf("%q behind the address says nothing", word)
	}
	value = strings.TrimLeft(value, " ")
	if value == "" {
		return fmt.Errorf("%q says nothing more", word)
	}
	a.Column = len(a.Text) - len(value) + 1
	value = strings.TrimRight(value, " ")
	switch {
	case word == "->":
		to, err := address.ParseDestination(value)
		if err != nil {
			return fmt.Errorf("the destination %q: %w", value, err)
		}
		a.To = to
	case utf8.RuneCountInString(value) > maxReason:
		return fmt.Errorf("the reason is longer than %d characters", maxReason)
	default:
		a.Reason = value
	}
	return nil
}

// keep puts an address down, unless another line has it already: some systems hold
// capitals and small letters to be one.
func (r *addressReader) keep(a Address) {
	key := strings.ToLower(string(a.From[1:]))
	number, twice := r.seen[key]
	if !twice {
		r.seen[key] = len(r.found.Lines)
		r.found.Lines = append(r.found.Lines, a)
		return
	}
	a.Column = 1
	other := r.found.Lines[number]
	message, hint := fmt.Sprintf("%s stands in line %d too", a.From, other.Line), "remove one of the two lines"
	if other.From != a.From {
		message, hint = fmt.Sprintf("%s and %s of line %d differ only in case", a.From, other.From, other.Line), "keep one: some systems hold them to be one file"
	}
	r.report(a, "duplicate-address", message, hint)
}

// circles reports the moves that lead back to themselves, each circle once.
func (r *addressReader) circles() {
	next, told := r.found.next(), make(map[address.Page]bool)
	ends := arrivals(next)
	for _, a := range r.found.Lines {
		if a.To == "" || ends[a.From] != "" || told[a.From] {
			continue
		}
		round := string(a.From)
		for at := a.From; !told[at]; {
			told[at] = true
			page, _, _ := strings.Cut(next[at], "#")
			at = address.Page(page)
			round += " -> " + page
		}
		r.report(a, "moved-in-circle", "the address never arrives: "+shortRound(round), "lead one of them to where the page is now")
	}
}

// shortRound cuts what nobody reads to its end.
func shortRound(round string) string {
	const most = 200
	if len(round) > most {
		return round[:most] + " …"
	}
	return round
}

func (r *addressReader) report(a Address, code, message, hint string) {
	r.problems = append(r.problems, problemIn(r.found.Source, a.Text, a.Line, a.Column, code, message, hint))
}

// addresses reads [AddressFile] where there is one.
func (r *Reader) addresses() error {
	info, err := fs.Lstat(r.site, AddressFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case r.odd(AddressFile, fs.FileInfoToDirEntry(info)):
		return nil
	}
	data, err := readWithin(r.site, AddressFile, maxAddressFile)
	switch {
	case errors.Is(err, errTooLarge):
		r.add(source.Error, AddressFile, "too-large", fmt.Sprintf("larger than %d MiB", maxAddressFile>>20), "is this the file that tocsin build wrote? git has it")
		return nil
	case err != nil:
		return err
	}
	addresses, problems := ParseAddresses(source.File{Name: AddressFile, Data: data})
	r.found.Addresses, r.problems = addresses, append(r.problems, problems...)
	return nil
}
