//! What a reader does with a page, and what the page then shows.

use serde_json::Value;

use super::{close, onnx, page};
use crate::browser::Browser;
use crate::common::program::printed;

/// What a reader does with a slider: bars, headline and address follow; `Reset` takes
/// it back; the address alone brings it back, and one of nonsense brings nothing.
#[test]
fn sliders_change_bars_and_the_address_restores_them() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["attention"]);
    browser.open(&page, "");
    let look = "[...document.querySelectorAll('#bars .part')].map(part => part.style.width).join()
        + '|' + document.querySelector('#headline').textContent";
    let before = browser.drawn(look);
    let moved = "(() => {
        const slider = document.querySelector('[aria-label=\"n, slider\"]');
        slider.value = 300;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
    })()";
    browser.run(moved);
    let after = browser.drawn(look);
    assert_ne!(before, after);
    // 25·64 = 1600 is the most and 1 the least: three quarters of the way is
    // 1600^0.75 = 252.98, which is 253.
    let fragment = browser.run("location.hash");
    assert_eq!(fragment, "#n=253");
    browser.run("document.querySelector('#reset').click()");
    assert_eq!(browser.drawn(look), before);
    assert_eq!(browser.run("location.hash"), "");
    // Another choice, and an entry of the table.
    browser.open(
        &page,
        "n=253&table=7nm&format=bf16&movement=compulsory&7nm.bf16.mul=0.5&of=l1",
    );
    let restored = browser.drawn(
        "[...document.querySelectorAll('#choices select')].map(select => select.value).join()",
    );
    assert_eq!(restored, "model,7nm,bf16,compulsory");
    assert_eq!(
        browser.run("document.querySelector('[aria-label=\"n\"]').value"),
        "253"
    );
    assert_eq!(
        browser.run("document.querySelector('[aria-label=\"7nm.bf16.mul in pJ\"]').value"),
        "0.5"
    );
    let kept = browser.run("window.picojoule.fragment()");
    for part in [
        "n=253",
        "table=7nm",
        "format=bf16",
        "movement=compulsory",
        "of=l1",
        "7nm.bf16.mul=0.5",
    ] {
        assert!(kept.as_str().unwrap().contains(part), "{kept}");
    }
    for rubbish in [
        "n=abc&d=-4&h=1e99&rho=7&table=nowhere&format=fp9&movement=sideways",
        "%%%&&&===&n=&n=NaN&n=Infinity&__proto__=1&constructor=2&phase[]=3",
        "<script>alert(1)</script>&scope=<b>&of=<img src=x onerror=alert(1)>&op=\u{202e}",
        "hide=vanilla&hide=e-att&hide=l1&x=nothing&y=&curve=%00",
    ] {
        let rubbish = rubbish.replace(['<', '>', ' ', '\u{202e}'], "%3C");
        browser.open(&page, &rubbish);
        assert_eq!(browser.drawn(look), before, "{rubbish}");
    }
    assert_eq!(browser.complaints, [""; 0]);
}

/// With the keyboard alone: every control has a name and is reached by the tab key, a
/// slider moves, an op is chosen, a column is sorted.
#[test]
fn the_keyboard_reaches_everything() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["transformer-base"]);
    browser.open(&page, "movement=compulsory");
    browser.drawn("document.querySelector('#entrybox').open = true");
    // Of the ops one is reached, the others by the arrow keys.
    let wanted = browser.run(
        "[...document.querySelectorAll('button, select, input, summary, [tabindex=\"0\"]')]
            .filter(one => one.tabIndex >= 0 && one.checkVisibility() && !one.disabled).length",
    );
    let name = "(() => {
        const one = document.activeElement;
        const named = one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent;
        one.dataset.reached = 'yes';
        return one === document.body ? 'end' : named.trim();
    })()";
    for _ in 0..wanted.as_u64().unwrap() + 2 {
        browser.press("Tab", "");
        assert_ne!(browser.run(name), "", "a control has no name");
    }
    let missed = browser.run(
        "[...document.querySelectorAll('button, select, input, summary, [tabindex=\"0\"]')]
            .filter(one => one.tabIndex >= 0 && one.checkVisibility() && !one.disabled && !one.dataset.reached)
            .map(one => one.outerHTML.slice(0, 120)).join('\\n')",
    );
    assert_eq!(missed, "");
    // A step of the slider of `n`, to the right and back.
    browser.run("document.querySelector('[aria-label=\"n, slider\"]').focus()");
    let value = "document.querySelector('[aria-label=\"n\"]').value";
    let before = browser.drawn(value);
    for _ in 0..8 {
        browser.press("ArrowRight", "");
    }
    assert_ne!(browser.drawn(value), before);
    // The third op from the first.
    browser.run("document.querySelector('.op[tabindex=\"0\"]').focus()");
    browser.press("ArrowDown", "");
    browser.press("ArrowDown", "");
    browser.press("Enter", "\r");
    let chosen = browser.drawn("document.querySelector('#detail h3').textContent");
    assert_eq!(chosen, "source_placed");
    assert_ne!(
        browser.run("document.querySelector('#detail').textContent.includes('dram')"),
        false
    );
    // The column of the first variant, from the most to the least.
    browser.run("document.querySelectorAll('#table th button')[1].focus()");
    browser.press("Enter", "\r");
    let sorted =
        browser.drawn("document.querySelectorAll('#table th')[1].getAttribute('aria-sort')");
    assert_eq!(sorted, "descending");
    assert_eq!(browser.complaints, [""; 0]);
}

/// From a phone to a wide window, light and dark, nothing lies beside the page.
#[test]
fn a_phone_shows_all_of_it() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for model in ["transformer-base", "spikformer"] {
        let page = page(folder.path(), &[model]);
        for (width, scheme) in [
            (360, "light"),
            (360, "dark"),
            (768, "dark"),
            (1280, "light"),
        ] {
            browser.look(width, 800, scheme);
            browser.open(&page, "movement=compulsory");
            let wide = browser.drawn("document.documentElement.scrollWidth");
            assert!(
                wide.as_u64().unwrap() <= u64::from(width),
                "{model}: {wide} of {width}"
            );
        }
    }
    assert_eq!(browser.complaints, [""; 0]);
}

/// A model and a table whose names are meant to do harm.
const NET: &str = r##"
name = "</script><script>window.hit=1</script>"
inputs = { x = "n d" }
dims = { n = 2, d = 4 }

[scopes]
"<i>s" = ["<img src=x onerror=window.hit=2>", "two\nlines\t\u202Etab"]

[[op]]
name = "<b>y"
stage = "<img src=x onerror=window.hit=2>"
einsum = "n d, d e -> n e"
inputs = ["x", { weight = "d d" }]

[[op]]
name = "\u202Egnp.\u2028elif\"'&<!--<script>"
stage = "two\nlines\t\u202Etab"
einsum = "n d, d e -> n e"
inputs = ["<b>y", { weight = "d d" }]
"##;
const TABLE: &str = r##"
name = "<u>t \u202E{{script}}"
title = "</title><script>window.hit=3</script>"
boundary = "unstated"
kind = "assumed"

[source.a]
title = "<img src=x onerror=window.hit=4>"
where = "\u202Enowhere & 'here' \"x\""

[fp32]
add = { pj = 0.9, source = "a", confidence = "high", note = "<svg onload=window.hit=5>" }
mul = { pj = 3.7, source = "a", confidence = "high" }
"##;

/// Names from a file are text wherever they stand: nothing runs, and nothing turns the
/// direction of a line.
#[test]
fn names_are_text() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("net.toml"), NET).unwrap();
    std::fs::write(folder.path().join("table.toml"), TABLE).unwrap();
    onnx::write(&folder.path().join("<b>evil.onnx"), 40, |at| {
        [
            "<img src=x onerror=window.hit=6>",
            "</script>\u{202e}",
            "a\nb",
        ][at % 3]
            .to_owned()
    });
    for arguments in [
        &["net.toml", "--table", "table.toml"][..],
        &["<b>evil.onnx"],
    ] {
        let page = page(folder.path(), arguments);
        browser.open(&page, "by=op");
        browser.drawn("document.querySelectorAll('.op')[1].click()");
        assert_eq!(browser.drawn("typeof window.hit"), "undefined");
        let turns = "/[\\u202a-\\u202e\\u2066-\\u2069\\u2028]/.test(document.body.innerText + document.title)";
        assert_eq!(browser.run(turns), false);
        // The elements are those of the page, whatever names hold.
        let elements = "[...document.querySelectorAll('img, b.x, i, u, title, script')].map(one => one.localName).join()";
        assert_eq!(browser.run(elements), "title,script,script");
        for language in ["markdown", "csv", "latex"] {
            let text = browser.run(&format!("window.picojoule.copied('{language}')"));
            let lines = text.as_str().unwrap().lines().count();
            assert!(lines >= 3, "{language}: {text}");
        }
    }
    assert_eq!(browser.complaints, [""; 0]);
}

/// The table in three languages: rows as they are sorted, numbers at full length for
/// programs.
#[test]
fn the_table_copies() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["attention"]);
    browser.open(&page, "n=1&d=8&h=1");
    browser.drawn("1");
    let csv = browser.run("window.picojoule.copied('csv')");
    // q = x·W of one token: 8² products and additions of 3.7 + 0.9 pJ are 294.4 pJ.
    // With e-att half of the bits are ones: 32 additions, 28.8 pJ, and 64 selections,
    // which cost nothing on this table. 1 − 28.8/294.4 is 0.90217….
    let lines: Vec<&str> = csv.as_str().unwrap().lines().collect();
    assert_eq!(
        lines[0],
        "stage,vanilla (pJ),e-att (pJ),l1 (pJ),e-att saves,l1 saves"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("q-proj,294.4,28.8,294.4,0.90217")),
        "{csv}"
    );
    let markdown = browser.run("window.picojoule.copied('markdown')");
    assert!(
        markdown.as_str().unwrap().contains("| q-proj | 294 pJ |"),
        "{markdown}"
    );
    let latex = browser.run("window.picojoule.copied('latex')");
    assert!(
        latex.as_str().unwrap().contains("  q-proj & 294 pJ &"),
        "{latex}"
    );
    browser.run("[...document.querySelectorAll('#tablepick button')].at(-1).click()");
    let said = browser.drawn("document.querySelector('#copied').textContent");
    assert!(said.as_str().unwrap().starts_with("Cop"), "{said}");
    assert_eq!(browser.complaints, [""; 0]);
}

/// Spikes as the addresses of ones, and padding that is not counted: what was typed
/// holds on the page. The program says as much of the same.
#[test]
fn conventions_are_those_that_were_typed() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let typed = "--spikes events --padding skipped --bias counted --dot-adds k-1";
    let typed: Vec<&str> = typed.split(' ').collect();
    let page = page(folder.path(), &[&["spiking-layer"], &typed[..]].concat());
    browser.open(&page, "");
    for movement in ["no-reuse", "compulsory"] {
        let moved = [
            "--movement",
            movement,
            "--table",
            "45nm",
            "--variants",
            "spiking",
        ];
        let said = ["--format", "fp32", "--set", "rho=0.2", "--output", "json"];
        let all = [&["estimate", "spiking-layer"], &typed[..], &moved, &said].concat();
        let program: Value = serde_json::from_str(&printed(folder.path(), &all)).unwrap();
        let asked = format!("movement={movement}&rho=0.2&table=45nm&format=fp32");
        let words =
            browser.run("[...document.querySelectorAll('#choices select')].at(-1).innerText");
        let words = words
            .as_str()
            .unwrap()
            .lines()
            .find(|word| word.starts_with(movement));
        let asked = asked.replace(movement, &words.unwrap().replace(' ', "%20"));
        let found = browser.run(&format!("window.picojoule.evaluate('{asked}')"));
        let found = found
            .as_array()
            .unwrap()
            .iter()
            .find(|found| found["variant"] == "spiking");
        let own = found.unwrap()["picojoules"].as_f64().unwrap();
        let total = program["total_pj"].as_f64().unwrap();
        assert!(close(own, total), "{movement}: {own}, not {total}");
    }
    assert_eq!(browser.complaints, [""; 0]);
}

/// A model of twelve layers with all that moves: every position of a slider is worked
/// out and drawn within a frame of a sixtieth of a second, most of forty are.
#[test]
fn a_frame_is_enough() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["gpt2"]);
    browser.open(&page, "movement=compulsory");
    browser.drawn("1");
    let frames = browser.run(
        "(async () => {
            const slider = document.querySelector('[aria-label=\"n, slider\"]');
            const times = [];
            for (let at = 0; at < 40; at++) {
                slider.value = 100 + 5 * at;
                slider.dispatchEvent(new Event('input'));
                await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
                times.push(window.picojoule.times().frame);
            }
            return times;
        })()",
    );
    let mut frames: Vec<f64> = serde_json::from_value(frames).unwrap();
    frames.sort_by(f64::total_cmp);
    assert!(frames[20] < 16.0, "{frames:?}");
    assert_eq!(browser.complaints, [""; 0]);
}
