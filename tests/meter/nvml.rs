//! A made-up `libnvidia-ml.so.1`, compiled by the test. Its GPUs are the folders
//! `0`, `1`, … of `$MADE_UP_GPUS`; one counts energy if it has a file `energy_mj`, and
//! tells its power if it has `power_mw`.

use std::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};
use std::path::PathBuf;

const SUCCESS: c_int = 0;
const NOT_SUPPORTED: c_int = 3;

fn gpus() -> PathBuf {
    std::env::var_os("MADE_UP_GPUS").map(PathBuf::from).unwrap_or_default()
}

/// The number in a file of a GPU.
fn number(device: *mut c_void, file: &str) -> Option<u64> {
    let gpu = device as usize - 1;
    let text = std::fs::read_to_string(gpus().join(gpu.to_string()).join(file)).ok()?;
    text.trim().parse().ok()
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlInit_v2() -> c_int {
    SUCCESS
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlShutdown() -> c_int {
    SUCCESS
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlSystemGetDriverVersion(_: *mut c_char, _: c_uint) -> c_int {
    NOT_SUPPORTED
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetCount_v2(count: *mut c_uint) -> c_int {
    let folders = (0..).take_while(|gpu: &u32| gpus().join(gpu.to_string()).is_dir());
    unsafe { *count = folders.count() as c_uint };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetHandleByIndex_v2(
    index: c_uint,
    device: *mut *mut c_void,
) -> c_int {
    unsafe { *device = (index as usize + 1) as *mut c_void };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetTotalEnergyConsumption(
    device: *mut c_void,
    energy: *mut c_ulonglong,
) -> c_int {
    let Some(shows) = number(device, "energy_mj") else {
        return NOT_SUPPORTED;
    };
    unsafe { *energy = shows };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetPowerUsage(
    device: *mut c_void,
    power: *mut c_uint,
) -> c_int {
    let Some(shows) = number(device, "power_mw") else {
        return NOT_SUPPORTED;
    };
    unsafe { *power = shows as c_uint };
    SUCCESS
}
