//! Data sets that come with the program, to try it with.

use crate::datasets::Dataset;

wire! {
    /// The samples.
    pub struct Samples {
        /// In the order of how easy they are.
        pub data: Vec<Sample>,
    }

    /// A sample.
    pub struct Sample {
        /// The name in the URL.
        pub name: String,
        /// A column worth predicting.
        pub target: String,
        /// Data rows.
        pub rows: u64,
        /// Columns.
        pub columns: u32,
        /// The size of the file.
        pub size_bytes: u64,
    }
}

calls! {
    /// Lists the samples.
    ListSamples: Get "/v1/samples" => 200 Samples;
    /// Makes a data set of a sample, as if its file had been uploaded.
    LoadSample: Post "/v1/samples/{name}" => 202 Dataset;
}
