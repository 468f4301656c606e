//! Where the weights are that a model keeps in other files.
//!
//! A model names these files, and it may name any: `/etc/passwd`, or `../` of
//! what it was unpacked beside. None outside the folder of the model is ever
//! opened, nor one that a link leads to.

use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Why a file that a model names is not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is not within the folder of the model.
    Outside(String),
    /// It cannot be found, for this reason.
    Missing(String, String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Outside(location) => write!(
                f,
                "the weights in `{location}` are not read: it is not within the folder of the model"
            ),
            Refused::Missing(location, why) => {
                write!(f, "no weights in `{location}`: {why}")
            }
        }
    }
}

impl std::error::Error for Refused {}

/// Finds the file that a model in `folder` calls `location`. Which file a path
/// leads to, links followed, `canonical` knows, as [`Path::canonicalize`]
/// does; this room asks no file system itself.
///
/// # Errors
///
/// If there is no such file, or if it is outside the folder.
pub fn resolve(
    folder: &Path,
    location: &str,
    canonical: &dyn Fn(&Path) -> io::Result<PathBuf>,
) -> Result<PathBuf, Refused> {
    let outside = || Refused::Outside(location.to_owned());
    let missing = |error: io::Error| Refused::Missing(location.to_owned(), error.to_string());
    // Before the file system is asked anything. On other systems a backslash
    // parts folders and a colon names a drive.
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    let within = Path::new(location).components().all(plain);
    if !within || location.is_empty() || location.contains(['\\', ':', '\0']) {
        return Err(outside());
    }
    // The folder of `model.onnx` is written as an empty path.
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let folder = canonical(folder).map_err(missing)?;
    let path = canonical(&folder.join(location)).map_err(missing)?;
    if path == folder || !path.starts_with(&folder) {
        return Err(outside());
    }
    Ok(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::fs;

    fn outside(location: &str) -> Result<PathBuf, Refused> {
        Err(Refused::Outside(location.to_owned()))
    }

    #[test]
    fn paths_that_lead_out_are_refused_without_a_look() {
        let never = |path: &Path| -> io::Result<PathBuf> {
            Err(io::Error::other(format!("looked at {}", path.display())))
        };
        for location in [
            "",
            "/etc/passwd",
            "../../etc/passwd",
            "..",
            "data/../../secret",
            "..\\secret",
            "C:\\secret",
            "C:secret",
            "//server/share",
            "a\0b",
        ] {
            let found = resolve(Path::new("models"), location, &never);
            assert_eq!(found, outside(location), "{location}");
        }
    }

    #[test]
    fn files_within_the_folder_are_found() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::write(folder.path().join("data/weights.bin"), "w").unwrap();
        let find = |location| resolve(folder.path(), location, &|path| path.canonicalize());
        let path = find("./data/weights.bin").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"w");
        assert!(path.is_absolute());
        assert!(matches!(find("weights.bin"), Err(Refused::Missing(..))));
        assert_eq!(find("."), outside("."));
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_out_are_refused() {
        let around = tempfile::tempdir().unwrap();
        let folder = around.path().join("model");
        fs::create_dir(&folder).unwrap();
        fs::write(around.path().join("secret"), "s").unwrap();
        fs::write(folder.join("weights"), "w").unwrap();
        // A folder whose name begins like that of the model's.
        fs::create_dir(around.path().join("model2")).unwrap();
        fs::write(around.path().join("model2/secret"), "s").unwrap();
        let link = |to: &str, from: &str| {
            std::os::unix::fs::symlink(to, folder.join(from)).unwrap();
        };
        link("../secret", "out");
        link("..", "up");
        link("../model2", "beside");
        link("weights", "in");
        let find = |location| resolve(&folder, location, &|path| path.canonicalize());
        assert_eq!(find("out"), outside("out"));
        assert_eq!(find("up/secret"), outside("up/secret"));
        assert_eq!(find("beside/secret"), outside("beside/secret"));
        assert!(find("in").is_ok());
    }

    #[test]
    fn an_empty_folder_is_the_current_one() {
        let same = |path: &Path| Ok(path.to_owned());
        let path = resolve(Path::new(""), "weights", &same);
        assert_eq!(path, Ok(PathBuf::from("./weights")));
    }
}
