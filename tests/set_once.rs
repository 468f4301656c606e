//! What is set means one thing, wherever it is set: in an estimate, in a file that
//! an import writes, by either name of a dim. What cannot be is refused at once.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

#[path = "common/program.rs"]
mod program;

use std::path::{Path, PathBuf};

use program::{count, estimated, picojoule, printed, refused};

fn tests(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder)
}

fn path(folder: &str, file: &str) -> String {
    let path = tests(folder).join(file);
    path.to_str().unwrap().to_owned()
}

/// Of 12 tokens, in each of 4 layers and 4 heads of 6 columns, latents of 8 numbers.
/// Anew, 12 keys and values take 8·(6 and 6) products a head, scores and sums
/// 12·(6 and 6). Over latents, one query and one result take 8·(6 and 6), scores and
/// sums 12·(8 and 8). The columns that are rotated are the same.
#[test]
fn what_an_import_sets_holds_when_decoding() {
    let config = path("huggingface/small", "deepseek_v2.json");
    let folder = tempfile::tempdir().unwrap();
    let macs = |file: &str, set: &str| {
        let settings = format!("{set} context=11 --phase=decode");
        let found = estimated(folder.path(), file, &settings).unwrap();
        found["macs"].as_u64().unwrap()
    };
    for absorbed in [0, 1] {
        let (set, file) = (format!("absorbed={absorbed}"), format!("{absorbed}.toml"));
        printed(
            folder.path(),
            &["import", &config, "--set", &set, "-o", &file],
        );
        assert_eq!(macs(&file, ""), macs(&config, &set), "{set}");
        // It can still be set.
        assert_eq!(
            macs(&file, "absorbed=0"),
            macs(&config, "absorbed=0"),
            "{set}"
        );
    }
    let anew = 12 * 8 * (6 + 6) + 12 * (6 + 6);
    let over = 8 * (6 + 6) + 12 * (8 + 8);
    assert_eq!(
        macs("0.toml", "") - macs("1.toml", ""),
        4 * 4 * (anew - over)
    );
}

/// Of 5 tokens 24 wide, in 3 layers, a convolution over 3 takes (5 + tail)·24·3
/// products; a step takes those of its own token.
#[test]
fn the_cut_off_end_of_a_convolution_can_be_left_out() {
    let folder = tests("huggingface/recurrent");
    for config in ["lfm2.json", "lfm2_moe.json"] {
        let products = |settings: &str| {
            let found = estimated(&folder, config, settings).unwrap();
            (
                count(&found, Some("conv"), "mul"),
                found["macs"].as_u64().unwrap(),
            )
        };
        let (padded, whole) = products("seq=5");
        assert_eq!(padded, 3 * 7 * 24 * 3);
        for tail in 0..=2 {
            let found = products(&format!("seq=5 tail={tail}"));
            let less = 3 * (2 - tail) * 24 * 3;
            assert_eq!(found, (padded - less, whole - less), "{config} {tail}");
        }
        for settings in ["--phase=decode", "tail=0 --phase=decode"] {
            let (step, _) = products(settings);
            assert_eq!(step, 3 * 24 * 3, "{config} {settings}");
        }
        let rows = printed(
            &folder,
            &["sweep", config, "--over", "tail=0,2", "--output", "csv"],
        );
        assert!(rows.lines().count() > 2, "{rows}");
        let error = estimated(&folder, config, "tail=0.5").unwrap_err();
        assert!(error.contains("not a whole number"), "{error}");
    }
}

#[test]
fn a_switch_is_0_or_1() {
    let folder = tests("huggingface/small");
    let said = |value: &str| format!("parameter `absorbed` is {value}: neither 0 nor 1");
    for value in ["0.5", "2"] {
        for settings in ["", " --phase=decode"] {
            let settings = format!("absorbed={value}{settings}");
            let error = estimated(&folder, "deepseek_v3.json", &settings).unwrap_err();
            assert!(error.contains(&said(value)), "{error}");
            assert!(error.contains("--set absorbed="), "{error}");
        }
    }
    let over = ["sweep", "deepseek_v3.json", "--over", "absorbed=0,0.5,1"];
    let output = picojoule(&folder, &over);
    assert!(output.status.success());
    let told = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    let told: String = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("1 point left out"), "{told}");
    assert!(told.contains(&said("0.5")), "{told}");
}

/// What would be refused when it is read is not written.
#[test]
fn an_import_writes_nothing_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let recurrent = path("nir/small", "recurrent.nir");
    let llama = path("weights/small", "llama-q4_0.gguf");
    let latent = path("huggingface/small", "deepseek_v2.json");
    for (file, set, said) in [
        (&recurrent, "rho=2", "the density `rho` is 2: above 1"),
        (&llama, "kv=3", "4/3 (about 1.333): not a whole number"),
        (&latent, "absorbed=0.5", "neither 0 nor 1"),
    ] {
        let error = refused(
            folder.path(),
            &["import", file, "--set", set, "-o", "m.toml"],
        );
        assert!(error.contains(said), "{error}");
        assert!(error.contains(&format!("--set {set}")), "{error}");
        assert!(!folder.path().join("m.toml").exists(), "{set}");
    }
    printed(
        folder.path(),
        &["import", &llama, "--set", "kv=1", "-o", "m.toml"],
    );
    printed(folder.path(), &["estimate", "m.toml"]);
}

#[test]
fn a_dim_is_set_once_by_all_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let recurrent = path("nir/small", "recurrent.nir");
    let said = "`T`, which is `steps`, is given twice";
    for command in ["estimate", "import"] {
        let twice = [command, &recurrent, "--set", "steps=4", "--set", "T=5"];
        let error = refused(folder.path(), &twice);
        assert!(error.contains(said), "{error}");
        assert!(error.contains("first here"), "{error}");
    }
    let claims = "name = \"own\"\ntitle = \"A claim\"\n[source]\ntitle = \"A paper\"\n\
         identifier = \"none\"\nat = \"table 1\"\n[[convention]]\nabout = \"memory\"\n\
         value = \"none\"\nknown = \"stated\"\n[estimates]\ng = { model = \"./r.nir\", \
         set = { steps = 4, T = 5 } }\n[[claim]]\nname = \"products\"\npublished = \"48 op\"\n\
         formula = \"g.macs\"\nexpect = \"holds\"\n";
    std::fs::copy(&recurrent, folder.path().join("r.nir")).unwrap();
    std::fs::write(folder.path().join("own.toml"), claims).unwrap();
    let error = refused(folder.path(), &["claims", "./own.toml"]);
    assert!(error.contains(said), "{error}");
    assert!(error.contains("own.toml:"), "{error}");
}

/// A price counts where something is computed in its format, in one of the estimates
/// at least, or where a price of such a format follows from it.
#[test]
fn a_price_that_nothing_takes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for typed in [
        "estimate attention --set fp64.mul=1",
        "estimate attention --set 45nm.fp99.mul=1",
        "estimate attention --set int8.mul=1",
        "profile attention --set fp64.mul=1",
        "compare attention --table 45nm --format fp32 --set 45nm.int8.mul=1",
        "sweep attention --over n=1..3 --set fp64.mul=1",
        "sweep attention --over 45nm.fp64.mul=1,2",
        "crossover attention --between vanilla,e-att --over n=1..9 --set fp64.mul=1 --table 45nm",
    ] {
        let words: Vec<&str> = typed.split(' ').collect();
        let error = refused(here, &words);
        assert!(
            error.contains("changes nothing: nothing is computed in"),
            "{typed}: {error}"
        );
    }
    for typed in [
        "estimate attention --set int8.mul=1 --format int8",
        "estimate attention --set 45nm.fp32.tanh=1",
        // bf16 is priced as fp16, single bits as parts of an addition in int8.
        "estimate attention --set fp16.mul=1 --format bf16",
        "estimate attention --set int8.add=1 --variants e-att",
        "compare attention --table 45nm --format fp32,int8 --set 45nm.int8.add=1",
        "sweep attention --over n=1..3 --format fp32,int8 --set int8.mul=1",
        "sweep attention --over 45nm.int8.mul=1,2 --format fp32,int8",
    ] {
        printed(here, &typed.split(' ').collect::<Vec<_>>());
    }
}
