//! Health of the process.

wire! {
    /// Whether the process can serve.
    pub struct Health {
        /// `ok`, or `unavailable`.
        pub status: String,
        /// The checks by name: `ok`, or what is wrong.
        #[serde(default)]
        pub checks: std::collections::BTreeMap<String, String>,
        /// The version of the program.
        pub version: String,
    }
}

calls! {
    /// Answers as long as the process lives.
    GetLive: Get "/livez" => 200 Health;
    /// Answers 200 when database and storage can be reached, else 503.
    GetReady: Get "/readyz" => 200 Health;
}
