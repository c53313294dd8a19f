#![no_main]

#[path = "../parsers/api.rs"]
mod parser;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parser::fuzz(bytes));
