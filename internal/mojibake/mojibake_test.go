package mojibake

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// twice is the text as it looks when its UTF-8 is read as Windows-1252 and saved again.
func twice(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= 0x80 && c < 0xA0 {
			b.WriteRune([]rune(high)[c-0x80])
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String()
}

// mendAll puts what was found right.
func mendAll(text string) string {
	var b strings.Builder
	end := 0
	for _, f := range Find([]byte(text)) {
		b.WriteString(text[end:f.Offset] + f.Mended)
		end = f.Offset + f.Length
	}
	return b.String() + text[end:]
}

func TestWindows1252(t *testing.T) {
	if n := utf8.RuneCountInString(high); n != 32 {
		t.Fatalf("%d characters for the bytes 0x80 to 0x9F", n)
	}
	// A sample from each row of the Encoding Standard's index, and the undefined five.
	for r, want := range map[rune]byte{
		'€': 0x80, '‚': 0x82, '…': 0x85, '‹': 0x8B, 'Ž': 0x8E, '‘': 0x91, '’': 0x92, '“': 0x93, '”': 0x94, '–': 0x96, '—': 0x97,
		'™': 0x99, 'œ': 0x9C, 'ž': 0x9E, 'Ÿ': 0x9F, 0x81: 0x81, 0x8D: 0x8D, 0x8F: 0x8F, 0x90: 0x90, 0x9D: 0x9D,
		0xA0: 0xA0, 'é': 0xE9, 'ÿ': 0xFF, 'A': 'A', 0x99: 0x99,
	} {
		if got, ok := byteOf(r); !ok || got != want {
			t.Errorf("%U is %#x %v, want %#x", r, got, ok, want)
		}
	}
	for _, r := range "Āłšя世\uFFFD😀" + "−" {
		if b, ok := byteOf(r); ok && r != 'š' {
			t.Errorf("%U is %#x", r, b)
		}
	}
	if _, ok := byteOf(none); ok {
		t.Error("nothing has a byte")
	}
}

// What was encoded twice is found, whole, at its place (F11).
func TestFind(t *testing.T) {
	for _, c := range []struct {
		text, found, mended string
		common              bool
	}{
		{"Exampleâ€™s", "â€™", "’", true},
		{"â€œyesâ€\u009d", "â€œ", "“", true},
		{"3 â€“ 4", "â€“", "–", true},
		{"wait â€” what", "â€”", "—", true},
		{"andâ€¦", "â€¦", "…", true},
		{"â€¢ item", "â€¢", "•", true},
		{"â‚¬ 5", "â‚¬", "€", true},
		{"Exampleâ„¢", "â„¢", "™", true},
		{"cafÃ© ", "Ã©", "é", true},
		{"Ã©tÃ©", "Ã©", "é", true},
		{"MÃ¼ller", "Ã¼", "ü", true},
		{"voilÃ\u00A0!", "Ã\u00A0", "à", true},
		{"Ã\u00A0 la carte", "Ã\u00A0", "à", true},
		{"hÃ´tel", "Ã´", "ô", true},
		{"GrÃ¶ÃŸe", "Ã¶ÃŸ", "öß", true},
		{"StraÃŸe", "ÃŸ", "ß", true},
		{"NoÃ«l", "Ã«", "ë", true},
		{"Ã\u008Ele", "Ã\u008E", "Î", true}, // read as ISO 8859-1
		{"naÃ¯ve", "Ã¯", "ï", true},
		{"nÃ³s", "Ã³", "ó", true},
		{"SÃ£o Paulo", "Ã£", "ã", true},
		{"CITROÃ‹N", "Ã‹", "Ë", true},
		{"HÃ”TEL", "Ã”", "Ô", true},
		{"so.Â\u00A0There", "Â\u00A0", "\u00A0", true},
		{"Â§ 101", "Â§", "§", true},
		{"10Â°C", "Â°", "°", true},
		{"Â© 2026", "Â©", "©", true},
		{"Tailscaleâ\u0080\u0099s", "â\u0080\u0099", "’", true}, // read as ISO 8859-1

		{"â†’ next", "â†’", "→", false},
		{"â‡’ so", "â‡’", "⇒", false},
		{"aâ‰¤b", "â‰¤", "≤", false},
		{"âš\u00A0 careful", "âš\u00A0", "⚠", false},
		{"âœ“ done", "âœ“", "✓", false},
		{"ðŸ”” bell", "ðŸ””", "🔔", false},
		{"ðŸ«¨ shaken", "ðŸ«¨", "\U0001FAE8", false},
		{"zero\u200B â€‹width", "â€‹", "\u200B", false},
		{"ï»¿mark", "ï»¿", "\uFEFF", false},
		{"czÄ™sto", "Ä™", "ę", false},
		{"Ä°stanbul", "Ä°", "İ", false},
		{"daÄŸ", "ÄŸ", "ğ", false},
		{"gyalogfÅ±", "Å±", "ű", false},
		{"mÃ´Ì£t", "Ã´Ì£", "\u00F4\u0323", false},
		{"Ð¸ ", "Ð¸", "и", false},
		{"Ð’ ", "Ð’", "В", false},
		{"ÐŸÑ€Ð¸Ð²ÐµÑ‚!", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет", false},
		{"Ï€", "Ï€", "π", false},
		{"æ—¥æœ¬èªž", "æ—¥æœ¬èªž", "日本語", false},
		{"×©×œ×•×\u009d", "×©×œ×•×\u009d", "שלום", false},

		{"DAÄž ", "Äž", "Ğ", false},
		{"é—¨ ", "é—¨", "门", false},
		{"é\u00A0\u0081 ", "é\u00A0\u0081", "頁", false},
		{"ðŸ«© ", "ðŸ«©", "\U0001FAE9", false}, // newer than the tables

		// Three times and more, also in part.
		{"Ã„Â°stanbul", "Ã„Â°", "İ", false},
		{"gyalogfÃ…Â±", "Ã…Â±", "ű", false},
		{"Ñ\u008FÃƒÂ© ", "Ñ\u008FÃƒÂ©", "яé", false},
		{"ExampleÃ¢â‚¬â„¢s", "Ã¢â‚¬â„¢", "’", true},
		{"cafÃƒÂ© ", "ÃƒÂ©", "é", true},
		{"cafÃƒÆ’Ã‚Â© ", "ÃƒÆ’Ã‚Â©", "é", true},
		{"Ã‚Â\u00A0", "Ã‚Â\u00A0", "\u00A0", true},
	} {
		found := Find([]byte(c.text))
		if len(found) == 0 {
			t.Errorf("nothing in %q, want %q for %q", c.text, c.mended, c.found)
			continue
		}
		if f := found[0]; c.text[f.Offset:f.Offset+f.Length] != c.found || f.Mended != c.mended || f.Common != c.common || f.Offset != strings.Index(c.text, c.found) {
			t.Errorf("%q: %+v, want %q for %q, common %v", c.text, f, c.mended, c.found, c.common)
		}
		if left := Find([]byte(mendAll(c.text))); left != nil {
			t.Errorf("%q, mended, still has %+v", c.text, left)
		}
	}
}

// All of them, in order, with their places in bytes.
func TestFindAll(t *testing.T) {
	text := "â€œlâ€™Ã©tÃ©\xff MÃ¼ller 日本 cafÃ©"
	var got []string
	for _, f := range Find([]byte(text)) {
		got = append(got, text[f.Offset:f.Offset+f.Length]+"="+f.Mended)
	}
	if want := "â€œ=“ â€™Ã©=’é Ã©=é Ã¼=ü Ã©=é"; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Sound text of many languages, chosen for what could be mistaken (F11): 0 findings.
func TestSoundText(t *testing.T) {
	for _, text := range []string{
		"",
		"plain ASCII, with -- dashes and 'quotes'",
		"“Quotes”, ‘more’ – and — dashes… 5 € ™ © ® § 10 °C ±2 µm ½ ¼ ¾ ² ³ ×÷ ¶ • † ‡ ‰",
		// Portuguese
		"SÃO PAULO, NÃO, AMANHÃ, IRMÃ, MAÇÃ, LÃ.", "“AMANH\u00C3”, «IRM\u00C3», ‘MAÇ\u00C3’; MANH\u00C3… L\u00C3® L\u00C3™ MANH\u00C3–TARDE AMANH\u00C3—HOJE", "É… “É” É\u00A0assim. VOC\u00CA” CAF\u00C9™ CAF\u00C9® PEL\u00C9²",
		"São Paulo, não, coração, pães, «à», às, avó, avô, três, à\u00A0½, 1.º, 2.ª",
		// French, with its no-break spaces
		"« Ã »", "«\u00A0Ã\u00A0»", "“\u00C3”", "«\u00A0qualité\u00A0»", "«\u00A0LIBERTÉ\u00A0!\u00A0»", "LIBERTÉ\u00A0» OÙ\u00A0? ÉTÉ\u00A0;", "voilà\u00A0»… café»…", "l’été, à\u00A0£5, payé\u00A0€",
		"CITROËN, HÔTEL, NOËL, ÎLE, FAÇADE, ŒUVRE, L’HAŸ, À–É, cœur, à la carte, français, Où",
		// German, both ways to quote
		"„Spa\u00DF“, »Spa\u00DF«, ‚Gro\u00DF‘, Fu\u00DF–Ball, Ma\u00DF², »GRO\u00DF«, Gro\u00DF… SPA\u00DF™ »Stra\u00DF’«", "ÄÖÜ äöüß „Ä“ »Ö« „Ü“ Ä–Ö–Ü MÜNCHEN ÜBER ÄRGER ÖL", "FRÄULEIN MÜLLER, GRÖßE, TSCHÜß… „JÄ“",
		// Spanish, Catalan, Italian
		"¿Qué? ¡Olé! —¿Así?— “Olé”… «café», «sí»… “café”—dijo, olé—¿qué?, NIÑO, ESPAÑA, PEÑ… col·lecció, paral·lel", "perché, «città», “più”… LIBERTÀ, CITTÀ…",
		// Turkish
		"hâlâ… “hâlâ”… “hâlâ”—evet «hâlâ»… HÂL\u00C2” İstanbul, ışık, ğ, şu, ÇÖZÜM, GÜNEŞ, hâlâ\u00A0»",
		// Vietnamese
		"“đã”… Tiếng Việt, không, được, ở đâu, Ý, Ê, “bà”… “nhà”— NHÀ, TRÂU, QUÊ… “lê”",
		// Nordic
		"Å, \u00C5… «\u00C5» \u00C5–Ä, 5 \u00C5² 5\u00C5³ (1.5\u00C5±0.1) \u00C5\u00A0i åa ä e ö, HYV\u00C4” HYV\u00C4… TÄM\u00C4–TUO «Ø» \u00D8½ \u00D8¼º \u00D8±0.1 \u00D8½”, blåbærgrød, ÆØÅ, “það”…–",
		// Czech, Slovak, Estonian, Sámi, Polish, Hungarian, Romanian, Lithuanian, Croatian
		"N\u00CD\u017DE, BL\u00CD\u017D, M\u00CD\u0160A, T\u00DD\u017D, \u00DA\u017D, „níž“ níž… nejníž” bližší, déšť, L\u00C9\u0160", "Evenášši, áššit, ážžut, dušš", "Ó\u017D, Ô\u017D, kôš", "Żółć, ŻÓŁĆ, część, ŐRÜLT, őrült, ŰR, și, țară, â, România, ąžuolas, čaj, ŠŽČ",
		// Icelandic, Irish, Welsh
		"Þórður, Ísland, ÞAÐ, “já”… sé—ég, hÉireann, tŷ, âŵ",
		// Not Latin
		"日本語のテキスト、「引用」。全角！", "中文。“引号”……——", "한국어 “문장”…", "Привет, мир! «Ёлка» — №5…", "Ελληνικά «λέξη»… ά·έ", "עברית “ציטוט”", "العربية «نص»…", "हिन्दी “पाठ”…", "ไทย", "ქართული „ტექსტი“",
		// Mathematics, units and prices: × and Ø are letters' neighbours in Windows-1252
		"2×½, 2×¼×¾, ×½×¼, 3\u00D7–5, 2\u00D7£5, 2\u00D7¥100, 2\u00D7€5, 10\u00D7², 5\u00D7µ, 4\u00D7±1, ¬a ∧ b, −1 ≤ x ≤ 1, a·b, x²·y³, ½×¾",
		"José†, ANDR\u00C9†, TAM\u00C9‡, \u00C9•, \u00DC·",
		// Emoji and marks
		"🔔 ⚠️ ✅ → ⇒ é́ ñ̃",
		// Broken and cut off
		"Ã", "â\u20AC", "Ã ", "â\u20AC â\u20AC", "\xc3\xa9\xff\xc3", "\xc3", "�Ã�",
		// Windows-1252 read as something else, which nobody can mend
		"Gr\uFFFD\uFFFDe",
	} {
		for _, f := range Find([]byte(text)) {
			t.Errorf("%q in %q is taken for %q", text[f.Offset:f.Offset+f.Length], text, f.Mended)
		}
	}
}

// Words that end with any accented letter of Western Europe, small and in capitals,
// in every kind of quotation marks, followed by what may follow (F11): 0 findings.
func TestSoundWordEnds(t *testing.T) {
	ends := []string{"", "”", "“", "’", "‘", "»", "«", "›", "‹", "\u00A0»", "…", "—", "–", "™", "®", "²", "\u00A0!", "”…", "”—", "»—", "\u00A0»…", "…”", "…\u00A0»", "”–“", "—“", "\u00A0—\u00A0", "\u00A0€", "’”", "”’"}
	after := []string{" ", "", ".", "\n", "日"}
	for letter := rune(0xC0); letter <= 0xFF; letter++ {
		for _, end := range ends {
			for _, next := range after {
				for _, before := range []string{"caf", "“caf", "«\u00A0caf", "日caf"} {
					text := before + string(letter) + end + next
					if unicode.IsUpper(letter) {
						text = strings.ToUpper(before) + string(letter) + end + next
					}
					if found := Find([]byte(text)); found != nil {
						t.Errorf("%q: %+v", text, found)
					}
				}
			}
		}
	}
}

// Every accented letter of Latin script inside a word in small letters is found, for
// none can stand there like that.
func TestLatinLetters(t *testing.T) {
	n := 0
	for r := rune(0xC0); r <= 0x24F; r++ {
		if !unicode.IsLetter(r) {
			continue
		}
		n++
		want := "ab" + string(r) + "cd"
		if got := mendAll(twice(want)); got != want {
			t.Errorf("%q mended to %q, want %q", twice(want), got, want)
		}
	}
	if n != 398 {
		t.Errorf("%d letters", n)
	}
}

// The shape of a real policy page: one finding, at line 14, column 50.
func TestPages(t *testing.T) {
	pages, err := filepath.Glob("../../../shared/seeds/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"encoded-twice.md": 1, "sound.md": 0, "000_259de0634100b9a6.txt": 1, "001_b8e4d3f413cf2e7f.txt": 0}
	for _, page := range append(pages, "testdata/encoded-twice.md", "testdata/sound.md") {
		text, err := os.ReadFile(page)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		found := Find(text)
		if n, known := want[filepath.Base(page)]; known && len(found) != n {
			t.Errorf("%s: %+v, want %d", page, found, n)
		}
		for _, f := range found {
			before := text[:f.Offset]
			line, column := bytes.Count(before, []byte("\n"))+1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])+1
			if line != 14 || column != 50 || f.Mended != "’" || !f.Common || string(text[f.Offset:f.Offset+f.Length]) != "â€™" {
				t.Errorf("%s:%d:%d: %+v", page, line, column, f)
			}
		}
	}
}
