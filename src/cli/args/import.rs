//! `picojoule import`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::output::file;
use super::scan::ScanArgs;

/// `picojoule import`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule import model.onnx -o model.toml        a file to read and edit
  picojoule import network.nir -o model.toml       the same of a spiking network
  picojoule import model.gguf -o model.toml        the same from the head of a file of weights
  picojoule import config.json | less")]
pub(in crate::cli) struct ImportArgs {
    /// An ONNX graph (.onnx), a NIR graph (.nir), a Hugging Face config (.json),
    /// a file of weights (.gguf, .safetensors), or a folder with a config.json
    pub(in crate::cli) file: String,
    /// Write a number into the model file instead of the one that would stand
    /// there. A dim of an ONNX graph has its size before shapes are inferred,
    /// by the name that the file has for it
    #[arg(long, value_name = "NAME=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) scan: ScanArgs,
    /// The model file to write; standard output if none is given
    #[arg(short, long, visible_alias = "output", value_name = "FILE", value_parser = file)]
    pub(in crate::cli) out: Option<PathBuf>,
}
