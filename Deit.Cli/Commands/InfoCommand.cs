using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using Spectre.Console;
using TorchSharp;

namespace Deit.Cli.Commands;

/// <summary><c>deit info</c>: versions, backend, devices and threads, as a report of a fault needs them.</summary>
internal static class InfoCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = new Command("info", "Show versions, backend, devices and threads.") { json };
        command.SetAction(parsed =>
        {
            Information information = Information.Gather();
            if (parsed.GetValue(json)) terminal.WriteJson(information);
            else terminal.Console.Write(Table(information));
        });
        return command;
    }

    private static Grid Table(Information information)
    {
        Grid grid = new Grid().AddColumn().AddColumn();
        grid.AddRow("deit", information.Deit).AddRow(".NET", information.DotNet).AddRow("TorchSharp", information.TorchSharp).AddRow("libtorch", information.Libtorch);
        grid.AddRow("backend", information.Backend).AddRow("devices", string.Join(", ", information.Devices));
        grid.AddRow("threads", $"{information.Threads} of {information.Processors} processors");
        return grid.AddRow("system", $"{information.System}, {information.Architecture}");
    }

    private sealed record Information(
        string Deit, string DotNet, string TorchSharp, string Libtorch, string Backend, IReadOnlyList<string> Devices, int Threads, int Processors, string System, string Architecture)
    {
        public static Information Gather()
        {
            bool cuda = torch.cuda_is_available();
            IEnumerable<string> devices = cuda ? Enumerable.Range(0, torch.cuda.device_count()).Select(static i => $"cuda:{i}") : [];
            return new(
                VersionOf(typeof(InfoCommand).Assembly),
                Environment.Version.ToString(),
                VersionOf(typeof(torch).Assembly),
                torch.__version__,
                typeof(InfoCommand).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "TorchBackend").Value!,
                ["cpu", .. devices],
                torch.get_num_threads(),
                Environment.ProcessorCount,
                RuntimeInformation.OSDescription,
                RuntimeInformation.OSArchitecture.ToString());
        }

        private static string VersionOf(Assembly assembly) =>
            assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
    }
}
