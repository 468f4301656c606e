//! Mistakes as exceptions.

use picojoule::{Diagnostic, Problems};
use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

create_exception!(
    picojoule,
    PicojouleError,
    PyValueError,
    "Something is wrong with the arguments, or with a file that they name.\n\n\
     Its text is what a terminal shows. `diagnostics` has the mistakes one by one: \
     each with `message`, `help` and, where it stands somewhere, `file`, `line`, \
     `column` and `value`."
);

/// The exception that carries all mistakes.
pub(crate) fn raised(py: Python<'_>, problems: &Problems) -> PyErr {
    let error = PicojouleError::new_err(problems.render(false));
    // Without them the text still says everything.
    if let Ok(diagnostics) = diagnostics(py, problems) {
        let _ = error.value(py).setattr("diagnostics", diagnostics);
    }
    error
}

fn diagnostics<'py>(py: Python<'py>, problems: &Problems) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let class = py.import("picojoule._diagnostic")?.getattr("Diagnostic")?;
    let all = problems.iter();
    all.map(|mistake| class.call((), Some(&fields(py, mistake)?)))
        .collect()
}

fn fields<'py>(py: Python<'py>, mistake: &Diagnostic) -> PyResult<Bound<'py, PyDict>> {
    let fields = PyDict::new(py);
    fields.set_item("message", mistake.message())?;
    fields.set_item("help", mistake.helps().collect::<Vec<_>>())?;
    if let Some(place) = mistake.place() {
        let (source, span) = (place.source(), place.span());
        let (line, column) = source.line_column(span.start);
        fields.set_item("file", source.name())?;
        fields.set_item("line", line)?;
        fields.set_item("column", column)?;
        fields.set_item("value", source.text().get(span))?;
    }
    Ok(fields)
}
