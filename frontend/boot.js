// Starts the dashboard. The chosen theme comes first, so that the first paint has it already.
import init from "/assets/{{js}}";
try {
  const theme = localStorage.getItem("amaas.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to us: the system's theme it is.
}
init({ module_or_path: "/assets/{{wasm}}" }).catch((reason) => {
  document.getElementById("boot-failed")?.removeAttribute("hidden");
  throw reason;
});
