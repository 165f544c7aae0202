using Deit.Cli;

WaitingThreads.SleepSoon();
return new CommandLine(Console.Out, Console.Error, Console.IsOutputRedirected).Run(args);
