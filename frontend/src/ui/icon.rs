//! Signs of 16 units, drawn by strokes in the colour of the text. They say nothing to screen readers: words stand beside them.

use leptos::{prelude::*, svg};

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Sign {
    Home,
    Table,
    Chevrons,
    Check,
    Cross,
    Warning,
    Info,
    Lock,
    Upload,
    Download,
    Menu,
    Cube,
    Bolt,
    Refresh,
    Trash,
    Globe,
    Key,
    People,
    Chart,
    Log,
    Gear,
    Fold,
    Copy,
    Queue,
    Pulse,
    Curve,
}

const fn path(sign: Sign) -> &'static str {
    match sign {
        Sign::Home => "M2.5 7 8 2.5 13.5 7v6a.5.5 0 0 1-.5.5h-3V9.5H6v4H3a.5.5 0 0 1-.5-.5Z",
        Sign::Table => "M2.5 3.5h11v9h-11ZM2.5 6.5h11M6.5 6.5v6M2.5 9.5h11",
        Sign::Chevrons => "m5 6 3-3 3 3M5 10l3 3 3-3",
        Sign::Check => "m3 8.5 3.2 3.2L13 5",
        Sign::Cross => "m4 4 8 8M12 4l-8 8",
        Sign::Warning => "M8 2 1.8 13h12.4ZM8 6.5v3M8 11.3v.2",
        Sign::Info => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5V11M8 5v.2",
        Sign::Lock => "M3.5 7.5h9v6h-9ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
        Sign::Upload => {
            "M8 10.5V2.8M4.8 5.8 8 2.6l3.2 3.2M2.5 10.5v2.5a.5.5 0 0 0 .5.5h10a.5.5 0 0 0 .5-.5v-2.5"
        }
        Sign::Download => {
            "M8 2.5v7.7M4.8 7.4 8 10.6l3.2-3.2M2.5 10.5v2.5a.5.5 0 0 0 .5.5h10a.5.5 0 0 0 .5-.5v-2.5"
        }
        Sign::Menu => "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
        Sign::Cube => "M8 1.8 13.5 5v6L8 14.2 2.5 11V5ZM2.5 5 8 8.2 13.5 5M8 8.2v6",
        Sign::Bolt => "M8.8 1.8 3.5 9H8l-.8 5.2L12.5 7H8Z",
        Sign::Refresh => "M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.8h-2.8",
        Sign::Globe => {
            "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2 8h12M8 2c2 1.7 2.6 3.7 2.6 6S10 12.3 8 14c-2-1.7-2.6-3.7-2.6-6S6 3.7 8 2Z"
        }
        Sign::Key => {
            "M9.5 10a3.5 3.5 0 1 0-3.3-2.3L2 12v2h2.5v-1.5H6V11h1.5l.7-.7c.4-.2.8-.3 1.3-.3ZM10.8 5.2v.1"
        }
        Sign::People => {
            "M6 7.5a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6ZM1.8 13.2c.3-2.4 2-3.7 4.2-3.7s3.9 1.3 4.2 3.7M10.3 3.2a2.2 2.2 0 0 1 0 4.1M11.5 9.8c1.6.4 2.5 1.6 2.7 3.4"
        }
        Sign::Chart => "M2.5 13.5h11M4.5 11V8M8 11V3.5M11.5 11V6",
        Sign::Log => "M4 2.5h8v11H4ZM6.3 5.5h3.4M6.3 8h3.4M6.3 10.5h2",
        Sign::Gear => {
            "M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4"
        }
        Sign::Fold => "m6 4 4 4-4 4",
        Sign::Copy => "M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3",
        Sign::Queue => "M2.5 4h11M2.5 8h11M2.5 12h7",
        Sign::Pulse => "M1.8 8.5h3l1.7-5 3 9 1.7-4h3",
        Sign::Curve => "M2.5 2.5v11h11M4.5 11c3 0 3-6 5-6s1.5 3 4 3",
        Sign::Trash => "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9",
    }
}

/// Draws a sign.
#[component]
pub fn Icon(
    /// Which one.
    sign: Sign,
) -> impl IntoView {
    svg::svg()
        .attr("width", "16")
        .attr("height", "16")
        .attr("viewBox", "0 0 16 16")
        .attr("fill", "none")
        .attr("stroke", "currentColor")
        .attr("stroke-width", "1.5")
        .attr("stroke-linecap", "round")
        .attr("stroke-linejoin", "round")
        .attr("aria-hidden", "true")
        .child(svg::path().attr("d", path(sign)))
}
