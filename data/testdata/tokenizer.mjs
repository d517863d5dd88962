// Writes tokenizer_golden.json: the tokens that Hugging Face's tokenizer in JavaScript finds in texts by a tokenizer.json of
// WriteTokenizer. npm install --ignore-scripts @huggingface/tokenizers@0.2.0; node tokenizer.mjs tokenizer.json
import fs from 'fs';
import {Tokenizer} from '@huggingface/tokenizers';
const json = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const texts = ["It wasn't 3.5 stars!", "  tabs\tand  blanks ", "We‘re 1’000 Ü-Boote…", "很好看，真的 good。", "日本語のカタカナとひらがな、漢字ガギグ", "ภาษาไทย ง่าย มาก",
  "ພາສາລາວ", "မြန်မာဘာသာ", "ខ្មែរ ភាសា", "한국어 문장 입니다.", "Привет, как дела? 3,5 и 2.7", "שלום עולם", "नमस्ते दुनिया", "العربية ١٢٣ نص", "Ünïcode CAFÉ naïve’s ½",
  "𠮷野家 x", "a１２ ２．５ Ａ．Ｂ", "x_y __z _1.5 a.b.c ... a:b 1;2", "🙂 👍🏽 ❤️ ok 👩‍💻👩‍❤️‍👨 🇩🇪🇫🇷", "#tag @user &amp; <b>"];
const words = new Tokenizer(json, {});
const lines = texts.map(text => ({text, tokens: words.encode(text, {add_special_tokens: false}).tokens}));
fs.writeFileSync('tokenizer_golden.json', JSON.stringify({pattern: json.pre_tokenizer.pattern.Regex, lines}, null, 1) + '\n');
