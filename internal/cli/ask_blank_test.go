package cli
import ("testing";"tocsin/internal/verdict";"tocsin/internal/disclosure";"slices")
func TestBlank(t *testing.T){
 a,_:=asked(t,bulletinText(""),nil)
 d,n:=a.verdicts(a.b)
 for _, open := range []bool{false,true} {
 df,nf:=d.Facts,n.Facts
 if open {df,nf=df.Open(),nf.Open()}
 now := []verdict.Question{{Rules: a.policy.rules.Disclose, Facts: df}, {Rules: a.policy.rules.Notify, Facts: nf}}
 if open {t.Log(verdict.Decisive(now...)); continue}
 w,m:=cost(now,func(o []string)string{return o[0]})
 w2,m2:=cost(now,func(open []string)string{for _, d := range disclosure.Vocabulary() { if slices.Contains(open, d.Name) { return d.Name }}; return ""})
 t.Log(open, verdict.Decisive(now...), w,m,w2,m2)
 }
}
