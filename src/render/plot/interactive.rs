//! The field that searches the boxes of a picture.
//!
//! It is HTML in a `foreignObject`, with a script of our own and nothing from
//! elsewhere: it works offline, and what does not know it leaves it out. Names are
//! only ever read as text and compared, never run and never written.

/// How wide the field is, with what it found below.
pub const FIELD_WIDTH: f64 = 190.0;
/// How high.
const FIELD_HEIGHT: f64 = 44.0;

/// The field with its upper right corner at (`right`, `top`).
pub fn search_field((right, top): (f64, f64)) -> String {
    let left = right - FIELD_WIDTH;
    format!(
        r##"<foreignObject x="{left}" y="{top}" width="{FIELD_WIDTH}" height="{FIELD_HEIGHT}">
<div xmlns="http://www.w3.org/1999/xhtml" style="font-size:11.5px;color:#595959;text-align:right">
<input type="search" aria-label="Search boxes" placeholder="Search" style="width:100%;box-sizing:border-box;font:inherit"/>
<span class="found" role="status"></span>
</div>
</foreignObject>
<script><![CDATA[{SCRIPT}]]></script>
"##
    )
}

const SCRIPT: &str = r#"
(function () {
  var script = document.currentScript;
  var root = (script && script.closest("svg")) || document.documentElement;
  var input = root.querySelector("input");
  var found = root.querySelector(".found");
  var boxes = Array.from(root.querySelectorAll("g.box"));
  var edges = boxes.map(function (box) {
    var rect = box.querySelector("rect");
    return rect ? [+rect.getAttribute("x"), +rect.getAttribute("width")] : [0, 0];
  });
  var whole = Math.max.apply(null, [1].concat(edges.map(function (edge) { return edge[1]; })));
  input.addEventListener("input", function () {
    var wanted = input.value.trim().toLowerCase();
    var hits = [];
    boxes.forEach(function (box, at) {
      var label = box.getAttribute("data-label").toLowerCase();
      var hit = wanted !== "" && label.indexOf(wanted) >= 0;
      box.style.opacity = wanted === "" || hit ? "" : "0.2";
      if (hit) hits.push(edges[at]);
    });
    hits.sort(function (a, b) { return a[0] - b[0]; });
    var covered = 0, end = -Infinity;
    hits.forEach(function (hit) {
      var right = hit[0] + hit[1];
      covered += Math.max(0, right - Math.max(hit[0], end));
      end = Math.max(end, right);
    });
    found.textContent = wanted === "" ? "" :
      hits.length + (hits.length === 1 ? " box, " : " boxes, ") +
      (100 * covered / whole).toFixed(1) + " %";
  });
})();
"#;
