using Deit.Tests.Support;

namespace Deit.Tests.Native;

/// <summary>An application that knows nothing of TorchSharp's library: it only references the runtime.</summary>
public sealed class OutsideApplicationTests
{
    private const string Program = """
        using System;
        using TorchSharp;

        using var sum = torch.ones(2, 3).sum();
        Console.WriteLine($"sum = {sum.item<float>()}");
        """;

    [SkippableFact]
    public void Application_that_references_the_runtime_computes_when_built_and_when_published()
    {
        TorchSharpLibrary.SkipUnlessLinuxX64();
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("Program.cs"), Program);
        File.WriteAllText(folder.File("Outside.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="{RepositoryRoot.Combine("Deit.Runtime", "Deit.Runtime.csproj")}" />
              </ItemGroup>
            </Project>
            """);

        // A property of the command line reaches the referenced projects too, so that nothing is built in the repository.
        string artifacts = $"-p:ArtifactsPath={folder.File("artifacts")}";
        DotNet.Run(folder.Path, "build", "-c", "Release", artifacts);
        AssertComputes(Path.Combine(folder.File("artifacts"), "bin", "Outside", "release"));

        DotNet.Run(folder.Path, "publish", "-c", "Release", artifacts, "-o", folder.File("portable"));
        AssertComputes(folder.File("portable"));

        string[] forLinux = ["-r", "linux-x64", "--no-self-contained"];
        DotNet.Run(folder.Path, ["publish", "-c", "Release", artifacts, .. forLinux, "-o", folder.File("linux")]);
        AssertComputes(folder.File("linux"));
    }

    /// <summary>Runs the application, then deletes it: libtorch is large.</summary>
    private static void AssertComputes(string application)
    {
        Assert.Equal("sum = 6", DotNet.Run(application, "Outside.dll").Trim());
        Directory.Delete(application, recursive: true);
    }
}
