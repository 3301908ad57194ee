package identifier

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The vectors and scores that the standards' own documents publish: the guide to
// CVSS 2.0 (section 3.3), and FIRST's documents of examples for 3.0, 3.1 and 4.0.
func TestPublishedExamples(t *testing.T) {
	for _, c := range []struct {
		name, vector string
		base         float64
		severity     string
	}{
		// A Complete Guide to the CVSS Version 2.0, sections 3.3.1 to 3.3.3. The words are the NVD's.
		{"CVE-2002-0392", "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", 7.8, "high"},
		{"CVE-2003-0818", "AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C", 10.0, "high"},
		{"CVE-2003-0062", "AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C", 6.2, "medium"},

		// Common Vulnerability Scoring System v3.0: Examples.
		{"CVE-2013-1937", "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, "medium"},
		{"CVE-2013-0375", "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4, "medium"},
		{"CVE-2014-3566", "CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1, "low"},
		{"CVE-2012-1516", "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, "critical"},
		{"CVE-2014-0160", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5, "high"},

		// Common Vulnerability Scoring System v3.1: Examples.
		{"CVE-2013-0375", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4, "medium"},
		{"CVE-2014-3566", "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1, "low"},
		{"CVE-2012-1516", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, "critical"},
		{"CVE-2009-0783", "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2, "medium"},
		{"CVE-2012-0384", "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H", 7.2, "high"},
		{"CVE-2015-1098", "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8, "high"},
		{"CVE-2014-0160", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5, "high"},
		{"CVE-2014-6271", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, "critical"},
		{"CVE-2008-1447", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8, "medium"},
		{"CVE-2014-2005", "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8, "medium"},
		{"CVE-2010-0467", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", 5.8, "medium"},
		{"CVE-2013-6014", "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3, "critical"},
		{"CVE-2019-7551", "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H", 9.0, "critical"},
		{"CVE-2014-2019", "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", 4.6, "medium"},
		{"CVE-2018-3652", "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 7.6, "high"},

		// Common Vulnerability Scoring System v4.0: Examples. Base scores, also where threat,
		// environmental or supplemental metrics stand behind: those of the second and third
		// would make it 5.2 and 8.1, those of the last but one 5.5.
		{"CVE-2022-41741", "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3, "high"},
		{"CVE-2020-3549", "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 7.7, "high"},
		{"CVE-2023-3089", "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/CR:H/IR:L/AR:L/MAV:N/MAC:H/MVC:H/MVI:L/MVA:L", 8.3, "high"},
		{"CVE-2021-44714", "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 4.6, "medium"},
		{"CVE-2022-21830", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1, "medium"},
		{"CVE-2022-22186", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 6.9, "medium"},
		{"CVE-2023-21989", "CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N", 5.9, "medium"},
		{"CVE-2020-3947", "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 9.4, "critical"},
		{"CVE-2023-30560", "CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:H/SA:N/S:P/V:D", 8.3, "high"},
		{"CVE-2014-0160", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A", 8.7, "high"},
		{"CVE-2013-6014", "CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:H/SI:N/SA:H", 6.4, "medium"},
		{"CVE-2021-44228", "CVSS:4.0/AV:N/AC:H/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P/MAC:L/MAT:N/MVC:N/MVI:N/MVA:L", 9.2, "critical"},

		// No impact is no score, and prints as 0.0.
		{"no impact", "AV:L/AC:H/Au:M/C:N/I:N/A:N", 0, "low"}, // the NVD knows no "none" for 2.0
		{"no impact", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N", 0, "none"},
		{"no impact", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0, "none"},
		{"no impact", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0, "none"},
		{"any order", "CVSS:3.1/S:U/AV:N/AC:L/PR:H/UI:N/C:L/I:L/A:N", 3.8, "low"}, // section 6 of the 3.1 specification
	} {
		want := Score{c.vector[5:8], c.base, c.severity}
		if strings.HasPrefix(c.vector, "AV:") {
			want.Version = "2.0"
		}
		got, err := CVSS(c.vector)
		if err != nil || got != want || math.Signbit(got.Base) {
			t.Errorf("%s, %s: %+v %v, want %+v", c.name, c.vector, got, err, want)
		}
	}
}

// every calls f with every vector of the metrics, each written as AV:NALP.
func every(metrics []string, f func(vector string, value map[string]byte)) {
	value := make(map[string]byte)
	var choose func(left []string, vector string)
	choose = func(left []string, vector string) {
		if len(left) == 0 {
			f(strings.TrimSuffix(vector, "/"), value)
			return
		}
		metric, values, _ := strings.Cut(left[0], ":")
		for i := range len(values) {
			value[metric] = values[i]
			choose(left[1:], vector+metric+":"+values[i:i+1]+"/")
		}
	}
	choose(metrics, "")
}

// Every base vector of 2.0 against the equations of section 3.2.1 of its guide.
func TestEquationsOfVersion2(t *testing.T) {
	n := 0
	every([]string{"AV:LAN", "AC:HML", "Au:MSN", "C:NPC", "I:NPC", "A:NPC"}, func(vector string, v map[string]byte) {
		n++
		weigh := map[byte]float64{'N': 0, 'P': 0.275, 'C': 0.660}
		impact := 10.41 * (1 - (1-weigh[v["C"]])*(1-weigh[v["I"]])*(1-weigh[v["A"]]))
		exploitability := 20 * map[byte]float64{'L': 0.395, 'A': 0.646, 'N': 1}[v["AV"]] *
			map[byte]float64{'H': 0.35, 'M': 0.61, 'L': 0.71}[v["AC"]] * map[byte]float64{'M': 0.45, 'S': 0.56, 'N': 0.704}[v["Au"]]
		want := 0.0
		if impact > 0 {
			want = math.Round((0.6*impact+0.4*exploitability-1.5)*1.176*10) / 10
		}
		if got, err := CVSS(vector); err != nil || fmt.Sprintf("%.1f", got.Base) != fmt.Sprintf("%.1f", want) {
			t.Errorf("%s: %+v %v, want %.1f", vector, got, err, want)
		}
	})
	if n != 729 {
		t.Errorf("%d vectors", n)
	}
}

// Every base vector of 3.1 against the equations of section 7.1 of its specification,
// rounded as its appendix A says; 3.0 never differs by more than what rounding does.
func TestEquationsOfVersion3(t *testing.T) {
	n := 0
	every([]string{"AV:NALP", "AC:LH", "PR:NLH", "UI:NR", "S:UC", "C:HLN", "I:HLN", "A:HLN"}, func(vector string, v map[string]byte) {
		n++
		want := base31(v)
		got, err := CVSS("CVSS:3.1/" + vector)
		if err != nil || got.Version != "3.1" || fmt.Sprintf("%.1f", got.Base) != fmt.Sprintf("%.1f", want) {
			t.Errorf("%s: %+v %v, want %.1f", vector, got, err, want)
		}
		old, err := CVSS("CVSS:3.0/" + vector)
		if err != nil || old.Version != "3.0" || math.Abs(old.Base-want) > 0.1001 {
			t.Errorf("%s as 3.0: %+v %v, and %.1f as 3.1", vector, old, err, want)
		}
	})
	if n != 2592 {
		t.Errorf("%d vectors", n)
	}
}

func base31(v map[string]byte) float64 {
	changed := v["S"] == 'C'
	weigh := map[byte]float64{'H': 0.56, 'L': 0.22, 'N': 0}
	privileges := map[byte]float64{'N': 0.85, 'L': 0.62, 'H': 0.27}
	if changed {
		privileges = map[byte]float64{'N': 0.85, 'L': 0.68, 'H': 0.5}
	}
	iss := 1 - (1-weigh[v["C"]])*(1-weigh[v["I"]])*(1-weigh[v["A"]])
	impact := 6.42 * iss
	if changed {
		impact = 7.52*(iss-0.029) - 3.25*math.Pow(iss-0.02, 15)
	}
	exploitability := 8.22 * map[byte]float64{'N': 0.85, 'A': 0.62, 'L': 0.55, 'P': 0.2}[v["AV"]] *
		map[byte]float64{'L': 0.77, 'H': 0.44}[v["AC"]] * privileges[v["PR"]] * map[byte]float64{'N': 0.85, 'R': 0.62}[v["UI"]]
	sum := impact + exploitability
	switch {
	case impact <= 0:
		return 0
	case changed:
		sum *= 1.08
	}
	fine := int(math.Round(min(sum, 10) * 100000))
	return float64((fine+9999)/10000) / 10
}

// The bands of the qualitative severity rating scale, and the NVD's of 2.0, at both ends.
func TestSeverity(t *testing.T) {
	for _, c := range []struct {
		base     float64
		two, now string
	}{
		{0, "low", "none"}, {0.1, "low", "low"}, {3.9, "low", "low"}, {4.0, "medium", "medium"}, {6.9, "medium", "medium"},
		{7.0, "high", "high"}, {8.9, "high", "high"}, {9.0, "high", "critical"}, {10.0, "high", "critical"},
	} {
		for version, want := range map[string]string{"2.0": c.two, "3.0": c.now, "3.1": c.now, "4.0": c.now} {
			if got := severity(version, c.base); got != want {
				t.Errorf("%.1f of CVSS %s is %s, want %s", c.base, version, got, want)
			}
		}
	}
}

func TestVectorsThatAreNone(t *testing.T) {
	const (
		two   = "AV:N/AC:L/Au:N/C:P/I:N/A:N"
		three = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
		four  = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N"
	)
	check := func(text string) error {
		_, err := CVSS(text)
		return err
	}
	judge(t, check, three, []row{
		{"", "is no CVSS vector"},
		{"7.5", "is no CVSS vector"},
		{"high", "is no CVSS vector"},
		{"cvss:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "is no CVSS vector"},
		{" " + three, "is no CVSS vector"},
		{"(" + two + ")", "is no CVSS vector"},
		{"CVSS:3.2" + three[8:], "is of no version of CVSS that is known here"},
		{"CVSS:3.1", "is of no version"},
		{"CVSS:3.10" + three[8:], "is of no version"},
		{"CVSS:4.0", "is of no version"},
		{"CVSS:", "is of no version"},
		{three[9:], "does not say of which version it is"},

		{"CVSS:3.1/", `has "", which is no metric of CVSS 3.1 with a value of it`},
		{three + "/", `has "", which is no metric`},
		{three + " ", `has "A:N ", which is no metric`},
		{three + "\n", `has "A:N\n", which is no metric`},
		{strings.Replace(three, "AC:L", "AC:M", 1), `has "AC:M", which is no metric`},
		{strings.Replace(three, "AC:L", "AC:l", 1), `has "AC:l", which is no metric`},
		{strings.Replace(three, "AC:L", "AC", 1), `has "AC", which is no metric`},
		{strings.Replace(three, "AC:L", "AC:", 1), `has "AC:", which is no metric`},
		{strings.Replace(three, "AC:L", "AC:X", 1), `has "AC:X", which is no metric`},
		{strings.Replace(three, "AC:L", "AC:L:L", 1), `has "AC:L:L", which is no metric`},
		{strings.Replace(three, "PR:N", "Au:N", 1), `has "Au:N", which is no metric`},
		{three + "/AV:N", "has the metric AV twice"},
		{three + "/E:X/E:X", "has the metric E twice"},
		{strings.Replace(three, "/S:U", "", 1), "has no metric S"},
		{strings.Replace(three, "/A:N", "", 1), "has no metric A"},
	})
	judge(t, check, four, []row{
		{strings.Replace(four, "/AT:N", "", 1), "has no metric AT"},
		{strings.Replace(four, "/SA:N", "", 1), "has no metric SA"},
		{strings.Replace(four, "UI:N", "UI:R", 1), `has "UI:R", which is no metric of CVSS 4.0`},
		{strings.Replace(four, "SI:N", "SI:S", 1), `has "SI:S", which is no metric of CVSS 4.0`},
		{strings.Replace(four, "AV:N/AC:L", "AC:L/AV:N", 1), "has its metrics in another order"},
		{four + "/CR:H/E:A", "has its metrics in another order"},
		{four + "/E:A/E:A", "has the metric E twice"},
		{four + "/U:amber", `has "U:amber"`},
	})
	judge(t, check, two, []row{
		{"CVSS:2.0/" + two, "has a header, which vectors of 2.0 have not"},
		{"AV:N", "has no metric AC"},
		{strings.Replace(two, "AC:L/Au:N", "Au:N/AC:L", 1), "has its metrics in another order"},
		{strings.Replace(two, "Au:N", "AU:N", 1), `has "AU:N", which is no metric of CVSS 2.0`},
		{two + "/E:U", "has its metrics in another order than the standard, or not the whole of a group"},
		{two + "/E:U/RL:OF/RC:C/CDP:N/TD:N/CR:ND/IR:ND/AR:ND/AR:ND", "has the metric AR twice"},
	})
}

// FuzzCVSS: no vector breaks the library; what is accepted is what the schemas of
// the standards accept, and has a score in tenths with its band.
func FuzzCVSS(f *testing.F) {
	for _, s := range standards {
		f.Add(s.example)
		f.Add(s.example + "/E:U")
	}
	f.Add("AV:N/AC:L/Au:N/C:P/I:N/A:N/E:F/RL:OF/RC:C/CDP:LM/TD:L/CR:ND/IR:ND/AR:ND")
	f.Add("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:P/RL:O/RC:U/CR:H/IR:L/AR:M/MAV:A/MAC:X/MPR:N/MUI:R/MS:C/MC:N/MI:N/MA:H")
	f.Add("CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:L/VA:L/SC:L/SI:L/SA:L/E:P/CR:L/MSI:S/S:P/AU:Y/R:I/V:D/RE:H/U:Clear")
	forms := map[string]*regexp.Regexp{
		"2.0": regexp.MustCompile(`^((AV:[NAL]|AC:[LMH]|Au:[MSN]|[CIA]:[NPC]|E:(U|POC|F|H|ND)|RL:(OF|TF|W|U|ND)|RC:(UC|UR|C|ND)|CDP:(N|L|LM|MH|H|ND)|TD:(N|L|M|H|ND)|[CIA]R:(L|M|H|ND))(/|$))+$`),
		"3.0": nil,
		"3.1": regexp.MustCompile(`^CVSS:3[.][01]/((AV:[NALP]|AC:[LH]|PR:[NLH]|UI:[NR]|S:[UC]|[CIA]:[NLH]|E:[XUPFH]|RL:[XOTWU]|RC:[XURC]|[CIA]R:[XLMH]|MAV:[XNALP]|MAC:[XLH]|MPR:[XNLH]|MUI:[XNR]|MS:[XUC]|M[CIA]:[XNLH])(/|$))+$`),
		"4.0": regexp.MustCompile(`^CVSS:4[.]0/AV:[NALP]/AC:[LH]/AT:[NP]/PR:[NLH]/UI:[NPA]/VC:[HLN]/VI:[HLN]/VA:[HLN]/SC:[HLN]/SI:[HLN]/SA:[HLN](/E:[XAPU])?(/CR:[XHML])?(/IR:[XHML])?(/AR:[XHML])?(/MAV:[XNALP])?(/MAC:[XLH])?(/MAT:[XNP])?(/MPR:[XNLH])?(/MUI:[XNPA])?(/MVC:[XNLH])?(/MVI:[XNLH])?(/MVA:[XNLH])?(/MSC:[XNLH])?(/MSI:[XNLHS])?(/MSA:[XNLHS])?(/S:[XNP])?(/AU:[XNY])?(/R:[XAUI])?(/V:[XDC])?(/RE:[XLMH])?(/U:(X|Clear|Green|Amber|Red))?$`),
	}
	forms["3.0"] = forms["3.1"]
	f.Fuzz(func(t *testing.T, vector string) {
		score, err := CVSS(vector)
		if err != nil {
			if score != (Score{}) || !strings.HasPrefix(err.Error(), fmt.Sprintf("%q ", vector)) {
				t.Errorf("%q: %+v with %v", vector, score, err)
			}
			if forms["4.0"].MatchString(vector) {
				t.Errorf("the schema accepts %q: %v", vector, err)
			}
			return
		}
		parts := strings.Split(strings.TrimPrefix(vector, "CVSS:"+score.Version+"/"), "/")
		for i, part := range parts {
			parts[i], _, _ = strings.Cut(part, ":")
		}
		slices.Sort(parts)
		if !forms[score.Version].MatchString(vector) || strings.HasSuffix(vector, "/") || len(slices.Compact(slices.Clone(parts))) != len(parts) {
			t.Errorf("no schema accepts %q (%+v)", vector, score)
		}
		if score.Base < 0 || score.Base > 10 || math.Signbit(score.Base) || math.Abs(score.Base*10-math.Round(score.Base*10)) > 1e-9 ||
			score.Severity != severity(score.Version, score.Base) {
			t.Errorf("%q: %+v", vector, score)
		}
	})
}
