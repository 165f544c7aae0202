using System.Reflection.PortableExecutable;
using Deit.Tests.Native;

namespace Deit.Tests.Packages;

public sealed class PackageTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    [Fact]
    public void Solution_packs_into_these_packages() =>
        Assert.Equal(["Deit.Compiler", "Deit.Generators", "Deit.Models", "Deit.Runtime", "Deit.Testing"], feed.PackageNames());

    [Fact]
    public void Generator_brings_all_that_the_compiler_has_to_load_and_depends_on_nothing()
    {
        using Package package = feed.Open("Deit.Generators");

        Assert.Superset(
            new HashSet<string> { "analyzers/dotnet/cs/Deit.Compiler.dll", "analyzers/dotnet/cs/Deit.Generators.dll", "analyzers/dotnet/cs/YamlDotNet.dll" },
            package.Files.ToHashSet());
        Assert.Empty(package.Dependencies);
    }

    [Theory]
    [InlineData("Deit.Generators", "build/Deit.Generators.props")]
    [InlineData("Deit.Generators", "build/Deit.Generators.targets")]
    [InlineData("Deit.Runtime", "buildTransitive/Deit.Runtime.targets")]
    [InlineData("Deit.Testing", "build/Deit.Testing.targets")]
    [InlineData("Deit.Testing", "buildTransitive/Deit.Testing.targets")]
    public void Build_files_have_the_names_by_which_NuGet_imports_them(string name, string file)
    {
        using Package package = feed.Open(name);

        Assert.Contains(file, package.Files);
    }

    [Fact]
    public void Runtime_leaves_the_choice_of_libtorch_to_the_application()
    {
        using Package package = feed.Open("Deit.Runtime");

        Assert.Contains("TorchSharp", package.Dependencies);
        Assert.Contains("Deit.Compiler", package.Dependencies);
        Assert.DoesNotContain(package.Dependencies, static dependency => dependency.StartsWith("libtorch", StringComparison.OrdinalIgnoreCase));
    }

    [SkippableFact]
    public void Runtime_brings_the_mended_library_for_Linux_and_those_of_other_platforms_as_they_are()
    {
        TorchSharpLibrary.SkipUnlessLinuxX64();
        using Package package = feed.Open("Deit.Runtime");
        string torchSharp = Path.Combine(TorchSharpLibrary.Cached, "..", "..", "..", "..");

        Assert.Equal(File.ReadAllBytes(TorchSharpLibrary.Output), package.Read("runtimes/linux-x64/native/libLibTorchSharp.so"));
        foreach (string file in (string[])["runtimes/win-x64/native/LibTorchSharp.dll", "runtimes/osx-arm64/native/libLibTorchSharp.dylib"])
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(torchSharp, file)), package.Read(file));
        }
    }

    [Fact]
    public void Models_carry_their_symbols_so_that_their_generated_code_can_be_read()
    {
        using Package package = feed.Open("Deit.Models");
        using var assembly = new PEReader([.. package.Read("lib/net10.0/Deit.Models.dll")]);

        Assert.Contains(assembly.ReadDebugDirectory(), static entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
    }

    [Fact]
    public void Sample_that_references_the_packages_builds_trains_and_passes_its_tests()
    {
        using SampleProject sample = SampleProject.Copy("CustomStudent", feed);

        sample.Build("CustomStudent.Tests");
        Assert.Matches(@"^teacher: top-1 \d+\.\d %\r?\nstudent: top-1 \d+\.\d %\s*$", sample.Run("CustomStudent", "1"));
        Assert.Matches(@"Passed:\s+2,", sample.Test("CustomStudent.Tests"));
    }
}
