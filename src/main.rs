//! Parse, run, exit.

fn main() -> std::process::ExitCode {
    scrubjay::cli::main().into()
}
