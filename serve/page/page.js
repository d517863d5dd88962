
"use strict";
const field = document.getElementById("text");
const show = (id, on) => { document.getElementById(id).hidden = !on; };

function element(name, className, ...content) {
	const e = document.createElement(name);
	e.className = className;
	e.append(...content);
	return e;
}

function row(c) {
	const bar = element("i", "");
	bar.style.width = 100 * c.score + "%";
	return element("tr", "", element("th", "", c.label), element("td", "", element("div", "bar", bar)), element("td", "score", c.score.toFixed(3)));
}

function word(w, largest) {
	const part = (w.part < 0 ? "−" : "+") + Math.abs(w.part).toFixed(2);
	const e = element("span", w.unknown ? "word unknown" : "word", element("b", "", w.word), element("small", "", part));
	e.style.background = `rgba(var(--${w.part < 0 ? "against" : "for"}), ${0.55 * Math.abs(w.part) / largest})`;
	if (w.unknown) e.title = "not known to the model";
	return e;
}

function render(answer) {
	const largest = Math.max(1e-9, ...answer.words.map(w => Math.abs(w.part)));
	document.getElementById("classes").replaceChildren(...answer.classes.map(row));
	document.getElementById("for").textContent = answer.words.length ? `and their parts in “${answer.classes[0].label}”` : ": none";
	document.getElementById("words").replaceChildren(...answer.words.map(w => word(w, largest)));
	document.getElementById("rest").textContent = `${answer.rest} more words do not count.`;
	show("key", answer.words.length);
	show("rest", answer.rest);
}

let asked = 0;

async function ask() {
	const number = ++asked;
	if (field.value.trim() === "") {
		show("answer", false);
		show("problem", false);
		return;
	}
	let problem = "";
	try {
		const r = await fetch("v1/explain", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ inputs: field.value, top_k: 10 }) });
		const answer = await r.json();
		if (number !== asked) return; // a later text was asked about
		if (r.ok) render(answer);
		else problem = answer.error.message;
	} catch {
		problem = "The server does not answer.";
	}
	if (number !== asked) return;
	document.getElementById("problem").textContent = problem;
	show("problem", problem);
	show("answer", !problem);
}

let timer;
field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
field.value = new URLSearchParams(location.search).get("text") ?? field.value;
ask();
