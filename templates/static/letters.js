// Looks up whether the code of a letter is on a bulletin's list. The code stays here: what the
// server learns is which file of the list is loaded. Without this script the page says how to
// do the same by hand.
(() => {
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base 32
	const place = document.getElementById("_lookup");
	if (!place || !window.crypto || !crypto.subtle) {
		return;
	}
	const words = place.dataset;

	// parse reads a code as people type it, and gives its one form, or the reason why it is none.
	function parse(text) {
		const values = [];
		for (const c of text.toUpperCase().replace(/[\s\-\u2010-\u2014\u2212]/g, "")) {
			values.push(alphabet.indexOf({ O: "0", I: "1", L: "1" }[c] || c));
		}
		if (values.length !== 20) {
			return { why: words.length };
		}
		// The sum of all values, each times a power of x of its own, is zero in the field of 32
		// elements (x⁵+x²+1).
		let sum = 0;
		for (const value of values.slice(0, 19)) {
			sum = (sum ^ value) << 1;
			sum = sum & 32 ? sum ^ 0b100101 : sum;
		}
		if (values.includes(-1) || sum !== values[19]) {
			return { why: words.typing };
		}
		return { code: values.map((v) => alphabet[v]).join("").replace(/.{5}(?=.)/g, "$&-") };
	}

	async function entryOf(code) {
		const text = new TextEncoder().encode(words.bulletin + " " + code);
		const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
		return Array.from(hash.slice(0, 14), (octet) => octet.toString(16).padStart(2, "0")).join("");
	}

	async function lookUp(text) {
		const { code, why } = parse(text);
		if (!code) {
			return why;
		}
		try {
			const entry = await entryOf(code);
			const list = await fetch(words.file || entry.slice(0, words.digits) + ".txt", { cache: "no-cache" });
			if (!list.ok) {
				return words.failed;
			}
			return (await list.text()).split("\n").includes(entry) ? words.listed : words.unlisted;
		} catch {
			return words.failed;
		}
	}

	function make(name, properties) {
		return Object.assign(document.createElement(name), properties);
	}

	const input = make("input", { id: "_code", type: "text", autocomplete: "off", autocapitalize: "characters", spellcheck: false, maxLength: 60 });
	const answer = make("p", { role: "status", className: "answer" });
	const form = make("form", {});
	form.append(make("label", { htmlFor: "_code", textContent: words.label }), input,
		make("button", { type: "submit", textContent: words.button }), make("p", { className: "note", textContent: words.note }), answer);
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		answer.textContent = "";
		answer.textContent = await lookUp(input.value);
	});
	place.append(form);
})();
